using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;

namespace Slipway.Core.Manifests;

/// <summary>The name of an environment, such as <c>local</c> or <c>production</c>.</summary>
[JsonConverter(typeof(NameJsonConverter<EnvironmentName>))]
public readonly record struct EnvironmentName : IName<EnvironmentName>
{
    private readonly string? _value;

    private EnvironmentName(string value) => _value = value;

    /// <inheritdoc/>
    public static string Shape => "a lower-case name of letters, digits and hyphens, 24 characters at most";

    /// <inheritdoc/>
    public static bool TryParse([NotNullWhen(true)] string? text, out EnvironmentName name)
    {
        name = NameShape.IsLabel(text, 24) ? new(text!) : default;
        return name._value is not null;
    }

    /// <inheritdoc/>
    public override string ToString() => _value ?? "";
}

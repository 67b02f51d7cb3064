using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;

namespace Slipway.Core.Manifests;

/// <summary>The name of an application, unique on its control plane.</summary>
[JsonConverter(typeof(NameJsonConverter<ApplicationName>))]
public readonly record struct ApplicationName : IName<ApplicationName>
{
    private readonly string? _value;

    private ApplicationName(string value) => _value = value;

    /// <inheritdoc/>
    public static string Shape => "a lower-case name of letters, digits and hyphens, 40 characters at most";

    /// <inheritdoc/>
    public static bool TryParse([NotNullWhen(true)] string? text, out ApplicationName name)
    {
        name = NameShape.IsLabel(text, 40) ? new(text!) : default;
        return name._value is not null;
    }

    /// <inheritdoc/>
    public override string ToString() => _value ?? "";
}

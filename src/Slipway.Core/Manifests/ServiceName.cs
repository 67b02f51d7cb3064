using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;

namespace Slipway.Core.Manifests;

/// <summary>The name of a service, unique in its application; also a DNS label.</summary>
[JsonConverter(typeof(NameJsonConverter<ServiceName>))]
public readonly record struct ServiceName : IName<ServiceName>
{
    private readonly string? _value;

    private ServiceName(string value) => _value = value;

    /// <inheritdoc/>
    public static string Shape => "a lower-case name of letters, digits and hyphens, 40 characters at most";

    /// <inheritdoc/>
    public static bool TryParse([NotNullWhen(true)] string? text, out ServiceName name)
    {
        name = NameShape.IsLabel(text, 40) ? new(text!) : default;
        return name._value is not null;
    }

    /// <inheritdoc/>
    public override string ToString() => _value ?? "";
}

using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;

namespace Slipway.Core.Manifests;

/// <summary>The identity of a release: the first 12 hexadecimal digits of the SHA-256 over all that it holds. Same content, same id.</summary>
[JsonConverter(typeof(NameJsonConverter<ReleaseId>))]
public readonly record struct ReleaseId : IName<ReleaseId>
{
    private readonly string? _value;

    private ReleaseId(string value) => _value = value;

    /// <inheritdoc/>
    public static string Shape => "12 lower-case hexadecimal digits";

    /// <inheritdoc/>
    public static bool TryParse([NotNullWhen(true)] string? text, out ReleaseId name)
    {
        name = NameShape.IsHex(text, 12) ? new(text!) : default;
        return name._value is not null;
    }

    /// <inheritdoc/>
    public override string ToString() => _value ?? "";
}

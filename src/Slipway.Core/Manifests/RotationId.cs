using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;

namespace Slipway.Core.Manifests;

/// <summary>The identity of a rotation: its environment and its number there, such as <c>staging-rotation-3</c>.</summary>
[JsonConverter(typeof(NameJsonConverter<RotationId>))]
public readonly record struct RotationId : IName<RotationId>
{
    private readonly string? _value;

    private RotationId(string value) => _value = value;

    /// <inheritdoc/>
    public static string Shape => "an environment name, the word rotation and a number, joined by hyphens";

    /// <inheritdoc/>
    public static bool TryParse([NotNullWhen(true)] string? text, out RotationId name)
    {
        name = NameShape.IsLabel(text, 60) ? new(text!) : default;
        return name._value is not null;
    }

    /// <inheritdoc/>
    public override string ToString() => _value ?? "";
}

using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;

namespace Slipway.Core.Manifests;

/// <summary>The identity of a rollout: its environment and its number there, such as <c>staging-12</c>.</summary>
[JsonConverter(typeof(NameJsonConverter<RolloutId>))]
public readonly record struct RolloutId : IName<RolloutId>
{
    private readonly string? _value;

    private RolloutId(string value) => _value = value;

    /// <inheritdoc/>
    public static string Shape => "an environment name and a number, joined by a hyphen";

    /// <inheritdoc/>
    public static bool TryParse([NotNullWhen(true)] string? text, out RolloutId name)
    {
        name = NameShape.IsLabel(text, 40) ? new(text!) : default;
        return name._value is not null;
    }

    /// <inheritdoc/>
    public override string ToString() => _value ?? "";
}

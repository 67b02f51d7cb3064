using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;

namespace Slipway.Core.Manifests;

/// <summary>The identity of an instance: service, release and ordinal, such as <c>api-3f2a9c1b7d04-2</c>; unique in its environment.</summary>
[JsonConverter(typeof(NameJsonConverter<InstanceId>))]
public readonly record struct InstanceId : IName<InstanceId>
{
    private readonly string? _value;

    private InstanceId(string value) => _value = value;

    /// <inheritdoc/>
    public static string Shape => "a service name, a release id and a number, joined by hyphens";

    /// <inheritdoc/>
    public static bool TryParse([NotNullWhen(true)] string? text, out InstanceId name)
    {
        name = NameShape.IsLabel(text, 80) ? new(text!) : default;
        return name._value is not null;
    }

    /// <inheritdoc/>
    public override string ToString() => _value ?? "";
}

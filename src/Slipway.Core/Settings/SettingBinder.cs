using System.Collections.Immutable;
using Slipway.Core.Manifests;

namespace Slipway.Core.Settings;

/// <summary>Fills the declared settings of one environment, after every rule has held.</summary>
internal static class SettingBinder
{
    public static ImmutableArray<Setting> Bind(NamedValue[] declared, NamedValue[] given, FaultList faults)
    {
        var values = given.ToDictionary(value => value.Name, value => (string?)value.Value, StringComparer.Ordinal);
        return [.. declared.Select(entry => BindOne(entry, values.GetValueOrDefault(entry.Name), faults))];
    }

    private static Setting BindOne(NamedValue entry, string? value, FaultList faults)
    {
        var values = (Values)entry.Value!;
        return new()
        {
            Name = entry.Name,
            Type = (SettingType)(int)values["type"]!,
            Choices = [.. values.List("choices").Cast<string>()],
            Required = Environments(values, "required"),
            Only = Environments(values, "only"),
            Secret = (bool)values["secret"]!,
            Default = values.Text("default"),
            Value = value,
            Doc = values.Text("doc"),
            At = faults.Place(entry.At),
        };
    }

    private static ImmutableArray<EnvironmentName> Environments(Values values, string key)
        => [.. values.List(key).Select(name => EnvironmentName.TryParse((string)name, out var parsed) ? parsed : default)];
}

using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Slipway.Core.Manifests;

namespace Slipway.Core.Settings;

/// <summary>Fills the declared settings of one environment, after every rule has held.</summary>
internal static class SettingBinder
{
    private static readonly ImmutableArray<EnvironmentName> Practice = [NameOf("local"), NameOf("ci")];

    public static ImmutableArray<Setting> Bind(NamedValue[] declared, NamedValue[] given, ImmutableArray<Service> services, ImmutableArray<SecretStoreDeclaration> stores, EnvironmentName environment, FaultList faults)
    {
        // Loops and arrays, since this is on the way to every start: queries over our own structs cost 5 ms to compile.
        var values = new Dictionary<string, NamedValue>(given.Length, StringComparer.Ordinal);
        foreach (var value in given)
            values[value.Name] = value;
        var owners = new Dictionary<string, Service>(services.Length, StringComparer.Ordinal);
        var all = new ServiceName[services.Length];
        for (var i = 0; i < all.Length; i++)
        {
            all[i] = services[i].Name;
            owners[SettingsResolver.SettingPrefix(all[i])] = services[i];
        }
        var everyone = ImmutableCollectionsMarshal.AsImmutableArray(all);
        var settings = new Setting[declared.Length];
        for (var i = 0; i < settings.Length; i++)
            settings[i] = BindOne(declared[i], values.GetValueOrDefault(declared[i].Name), owners, everyone, stores, environment, faults);
        return ImmutableCollectionsMarshal.AsImmutableArray(settings);
    }

    private static Setting BindOne(
        NamedValue entry, NamedValue? given, Dictionary<string, Service> owners, ImmutableArray<ServiceName> all,
        ImmutableArray<SecretStoreDeclaration> stores, EnvironmentName environment, FaultList faults)
    {
        var values = (Values)entry.Value!;
        var secret = (bool)values["secret"]!;
        var store = values.Text("store");
        return new()
        {
            Name = entry.Name,
            Type = (SettingType)(int)values["type"]!,
            Choices = Texts(values, "choices"),
            Pattern = values.Text("pattern"),
            Range = values.Text("range") is { } range ? SettingRange.Read((SettingType)(int)values["type"]!, range) : null,
            Required = Environments(values, "required"),
            Only = Environments(values, "only"),
            Services = values.Has("services") ? ServiceBinder.NamesOf(values.List("services")) : Seers(entry.Name, owners, all),
            Secret = secret,
            Default = values.Text("default"),
            Safe = values.Has("safe") ? Environments(values, "safe") : secret ? [] : Practice,
            Value = (string?)given?.Value ?? (store is null ? null : new SecretReference(store, entry.Name, null).In(environment, stores).ToString()),
            ValueAt = given is not null ? faults.Place(given.At) : store is null ? null : faults.Place(values.KeyAt("store")),
            Formerly = Texts(values, "formerly"),
            Doc = values.Text("doc"),
            Example = values.Text("example"),
            Rotation = values["rotation"] is Values rotation ? Rotation(rotation, stores, environment) : null,
            At = faults.Place(entry.At),
        };
    }

    /// <summary>The rules between them.</summary>
    public static ImmutableArray<SettingRelation> Relations(Values root, FaultList faults)
    {
        var rules = root.List("rules");
        var relations = ImmutableArray.CreateBuilder<SettingRelation>(rules.Length);
        for (var i = 0; i < rules.Length; i++)
        {
            var (kind, settings) = SettingRelationReader.Read((string)rules[i])!.Value;
            relations.Add(new(kind, settings, (string)rules[i], faults.Place(root.ItemAt("rules", i))));
        }
        return relations.MoveToImmutable();
    }

    private static Rotation Rotation(Values values, ImmutableArray<SecretStoreDeclaration> stores, EnvironmentName environment) => new()
    {
        Kind = (RotationKind)(int)values["kind"]!,
        Overlap = (TimeSpan)values["overlap"]!,
        LengthBytes = (int)values["length"]!,
        Algorithm = (int)values["algorithm"]! == 0 ? "ES256" : "RS256",
        Roles = Texts(values, "roles"),
        Admin = SecretReference.TryParse(values.Text("admin"), out var admin) ? admin.In(environment, stores) : null,
        Create = (CommandLine?)values["create"],
        Revoke = (CommandLine?)values["revoke"],
    };

    private static ImmutableArray<ServiceName> Seers(string setting, Dictionary<string, Service> owners, ImmutableArray<ServiceName> all)
    {
        var split = setting.IndexOf("__", StringComparison.Ordinal);
        return split > 0 && owners.TryGetValue(setting[..split], out var owner) ? [owner.Name] : all;
    }

    private static ImmutableArray<string> Texts(Values values, string key)
        => ImmutableCollectionsMarshal.AsImmutableArray(Array.ConvertAll(values.List(key), text => (string)text));

    private static ImmutableArray<EnvironmentName> Environments(Values values, string key)
    {
        var list = values.List(key);
        var names = new EnvironmentName[list.Length];
        for (var i = 0; i < names.Length; i++)
            names[i] = NameOf((string)list[i]);
        return ImmutableCollectionsMarshal.AsImmutableArray(names);
    }

    private static EnvironmentName NameOf(string text) => EnvironmentName.TryParse(text, out var name) ? name : default;
}

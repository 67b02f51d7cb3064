using Slipway.Core.Manifests;

namespace Slipway.Core.Settings;

/// <summary>What a rotation must say of itself.</summary>
internal static class RotationRules
{
    public static void Check(string setting, Values values, Values rotation, Dictionary<string, NamedValue> settings, Dictionary<string, SecretStoreKind> stores, FaultList faults)
    {
        var type = (SettingType)(int)values["type"]!;
        var kind = (RotationKind)(int)rotation["kind"]!;
        switch (kind)
        {
            case RotationKind.Value:
                CheckValue(setting, type, values, rotation, settings, faults);
                break;
            case RotationKind.Keys when type != SettingType.Jwks:
                faults.Error(FaultCode.Rotation, rotation.KeyAt("kind"), $"Only a setting of the type jwks rotates keys, and '{setting}' is none.", "Write type: jwks, or another kind.");
                break;
            case RotationKind.Database:
                CheckDatabase(setting, type, rotation, stores, faults);
                break;
            case RotationKind.Token when !rotation.Has("create") || !rotation.Has("revoke"):
                faults.Error(FaultCode.Rotation, rotation.At, $"The rotation of '{setting}' needs the commands create and revoke.", "Add them, such as: create: ./tokens create, revoke: ./tokens revoke");
                break;
        }
        Unused(rotation, kind == RotationKind.Value, "length", faults);
        Unused(rotation, kind == RotationKind.Keys, "algorithm", faults);
        Unused(rotation, kind == RotationKind.Database, "roles", faults);
        Unused(rotation, kind == RotationKind.Database, "admin", faults);
        Unused(rotation, kind == RotationKind.Token, "create", faults);
        Unused(rotation, kind == RotationKind.Token, "revoke", faults);
    }

    private static void CheckValue(string setting, SettingType type, Values values, Values rotation, Dictionary<string, NamedValue> settings, FaultList faults)
    {
        var length = ((int)rotation["length"]! * 8 + 5) / 6;
        if (type != SettingType.String || values.Has("pattern"))
            faults.Error(FaultCode.Rotation, rotation.KeyAt("kind"), $"Only a string without a pattern rotates to a random value, and '{setting}' is none.", "Write another kind, or rotate it by hand: slipway secrets set, then deploy.");
        else if (values.Text("range") is { } range && SettingRange.Read(type, range) is { } bounds && (length < bounds.Least || length > bounds.Most))
            faults.Error(FaultCode.Rotation, rotation.KeyAt("length"), $"A new value of '{setting}' would have {length} characters, which is not in its range {range}.", "Write another length, in bytes; four characters hold three of them.");
        foreach (var beside in (string[])[Rotation.Next(setting), Rotation.Previous(setting)])
        {
            if (settings.TryGetValue(beside, out var taken))
                faults.Error(FaultCode.Rotation, taken.At, $"'{beside}' is given to services while '{setting}' is rotated, so no setting may have that name.", "Rename it.");
        }
    }

    private static void CheckDatabase(string setting, SettingType type, Values rotation, Dictionary<string, SecretStoreKind> stores, FaultList faults)
    {
        if (type != SettingType.Postgres)
            faults.Error(FaultCode.Rotation, rotation.KeyAt("kind"), $"Only a setting of the type postgres rotates a database's roles, and '{setting}' is none.", "Write type: postgres, or another kind.");
        var roles = rotation.List("roles");
        if (roles.Length != 2 || (string)roles[0] == (string)roles[1])
            faults.Error(FaultCode.Rotation, rotation.KeyAt("roles"), $"The rotation of '{setting}' needs two roles that take turns.", "Name two login roles with the same rights, such as: roles: [shop_a, shop_b]");
        if (!SecretReference.TryParse(rotation.Text("admin"), out var admin) || !stores.ContainsKey(admin.Store))
            faults.Error(FaultCode.Rotation, rotation.KeyAt("admin"), $"The rotation of '{setting}' needs a reference to the connection string of a role that may alter the two.", "Write for example: admin: secret://home/POSTGRES_ADMIN");
    }

    private static void Unused(Values rotation, bool used, string key, FaultList faults)
    {
        if (!used && rotation.Has(key))
            faults.Error(FaultCode.Conflict, rotation.KeyAt(key), $"A rotation of this kind has no '{key}'.", "Remove it.");
    }
}

using Slipway.Core.Manifests;

namespace Slipway.Core.Settings;

/// <summary>What a rotation must say of itself.</summary>
internal static class RotationRules
{
    public static void Check(string setting, SettingType type, Values rotation, Dictionary<string, SecretStoreKind> stores, FaultList faults)
    {
        var kind = (RotationKind)(int)rotation["kind"]!;
        faults.Warning(FaultCode.Rotation, rotation.At, $"The rotation of '{setting}' is checked but not carried out in this version.", "Rotate it by hand: slipway secrets set, deploy, then slipway secrets retire.");
        switch (kind)
        {
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

using Slipway.Core.Manifests;

namespace Slipway.Core.Settings;

/// <summary>What a declared secret store must say of itself.</summary>
internal static class SecretStoreRules
{
    /// <summary>The keys that only one kind has, by kind.</summary>
    private static readonly string[][] Own =
    [
        ["file", "key_file"],
        ["folder"],
        [],
        ["address", "mount", "namespace", "auth", "token_file", "role_id", "secret_id_file", "ca_file", "timeout"],
    ];

    /// <summary>Checks them; gives every store that can be referred to, those that are always there first.</summary>
    public static Dictionary<string, SecretStoreKind> Check(NamedValue[] declared, FaultList faults)
    {
        var stores = new Dictionary<string, SecretStoreKind>
        {
            [SecretStoreDeclaration.Home] = SecretStoreKind.Encrypted,
            [SecretStoreDeclaration.Mounted] = SecretStoreKind.Mounted,
            [SecretStoreDeclaration.Environment] = SecretStoreKind.Environment,
        };
        foreach (var entry in declared)
        {
            if (entry.Value is not Values store || !store.Has("kind"))
                continue;
            var kind = (SecretStoreKind)(int)store["kind"]!;
            if (!stores.TryAdd(entry.Name, kind))
                faults.Error(FaultCode.SameName, entry.At, $"The secret store '{entry.Name}' is always there and cannot be declared.", "Give yours another name.");
            CheckOne(entry.Name, kind, store, faults);
        }
        return stores;
    }

    private static void CheckOne(string name, SecretStoreKind kind, Values store, FaultList faults)
    {
        for (var other = 0; other < Own.Length; other++)
        {
            foreach (var key in Own[other])
            {
                if (other != (int)kind && store.Has(key))
                    faults.Error(FaultCode.Conflict, store.KeyAt(key), $"A store of this kind has no '{key}'.", "Remove it.");
            }
        }
        if (kind == SecretStoreKind.Mounted && !store.Text("folder")!.StartsWith('/'))
            faults.Error(FaultCode.SecretStore, store.KeyAt("folder"), $"The folder of the store '{name}' is not absolute.", "Write for example: folder: /run/secrets");
        if (kind != SecretStoreKind.Vault)
            return;
        if (store.Text("address") is { } address && !AddressText.IsUrl(address))
            faults.Error(FaultCode.SecretStore, store.KeyAt("address"), $"The address of the store '{name}' is no URL.", "Write for example: address: https://vault.example.org:8200");
        var byRole = (int)store["auth"]! == 1;
        if (byRole && !store.Has("role_id"))
            faults.Error(FaultCode.SecretStore, store.KeyAt("auth"), $"The store '{name}' logs in by AppRole, but names no role.", "Add the role_id.");
        foreach (var key in (string[])["role_id", "secret_id_file"])
        {
            if (!byRole && store.Has(key))
                faults.Error(FaultCode.Conflict, store.KeyAt(key), $"A login by token has no '{key}'.", "Write auth: approle, or remove it.");
        }
        if (byRole && store.Has("token_file"))
            faults.Error(FaultCode.Conflict, store.KeyAt("token_file"), "A login by AppRole has no 'token_file'.", "Write auth: token, or remove it.");
    }
}

using Slipway.Core.Manifests;

namespace Slipway.Core.Settings;

/// <summary>Fills a declared secret store, after every rule has held.</summary>
internal static class SecretStoreBinder
{
    public static SecretStoreDeclaration Bind(NamedValue entry)
    {
        var values = (Values)entry.Value!;
        var kind = (SecretStoreKind)(int)values["kind"]!;
        var vault = kind == SecretStoreKind.Vault;
        return new()
        {
            Name = entry.Name,
            Kind = kind,
            File = kind == SecretStoreKind.Encrypted ? values.Text("file") : null,
            KeyFile = values.Text("key_file"),
            Folder = kind == SecretStoreKind.Mounted ? values.Text("folder") : null,
            Prefix = values.Text("prefix"),
            Address = values.Text("address"),
            Mount = vault ? values.Text("mount") : null,
            Namespace = values.Text("namespace"),
            RoleId = values.Text("role_id"),
            SecretIdFile = values.Text("secret_id_file"),
            TokenFile = values.Text("token_file"),
            CaFile = values.Text("ca_file"),
            Timeout = (TimeSpan)values["timeout"]!,
        };
    }
}

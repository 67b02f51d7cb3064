using System.Collections.Immutable;
using Slipway.Secrets.Encrypted;
using Slipway.Secrets.Outside;
using Slipway.Secrets.Vault;

namespace Slipway.Secrets;

/// <summary>The secret stores that can be reached from this process; each is opened when it is first used.</summary>
public sealed class SecretStores : ISecretStores, IDisposable
{
    private readonly EncryptedStore _home;
    private readonly Dictionary<(SecretStoreDeclaration, string), ISecretStore> _declared = [];
    private readonly MountedStore _mounted = new(SecretStoreDeclaration.Mounted, "/run/secrets", "");
    private readonly EnvironmentStore _environment = new(SecretStoreDeclaration.Environment, "");
    private readonly Lock _lock = new();

    private SecretStores(SecretHome home)
        => _home = new(SecretStoreDeclaration.Home, home.File, StoreKey.Of(null, home.KeyFile));

    /// <inheritdoc/>
    public ISecretStore Home => _home;

    /// <summary>The stores of a home. Nothing is read yet.</summary>
    public static SecretStores Open(SecretHome home) => new(home);

    /// <inheritdoc/>
    public ISecretStore Find(string name, ImmutableArray<SecretStoreDeclaration> declared, string sourceFolder)
    {
        switch (name)
        {
            case SecretStoreDeclaration.Home:
                return _home;
            case SecretStoreDeclaration.Mounted:
                return _mounted;
            case SecretStoreDeclaration.Environment:
                return _environment;
        }
        foreach (var declaration in declared)
        {
            if (declaration.Name == name)
                return Opened(declaration, sourceFolder);
        }
        throw new SecretStoreException($"There is no secret store '{name}'.", "Declare it in the manifest, under secrets.");
    }

    /// <summary>What is wrong with the home store and those that were used, one sentence each: damaged lines, a wrong key.</summary>
    /// <param name="cancellation">Cancels.</param>
    public async Task<IReadOnlyList<string>> Findings(CancellationToken cancellation)
    {
        var findings = new List<string>();
        foreach (var store in _declared.Values.OfType<EncryptedStore>().Prepend(_home))
        {
            try
            {
                await store.Check(cancellation);
                foreach (var line in await store.Damage(cancellation))
                    findings.Add($"{store.File}:{line}: The line does not count: it is damaged, or a second one of its version. Restore it from a copy of the file, or set its secret again.");
            }
            catch (SecretStoreException fault)
            {
                findings.Add($"{fault.Message} {fault.Remedy}");
            }
        }
        return findings;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _home.Dispose();
        foreach (var store in _declared.Values)
            (store as IDisposable)?.Dispose();
    }

    private ISecretStore Opened(SecretStoreDeclaration declaration, string sourceFolder)
    {
        lock (_lock)
        {
            if (_declared.TryGetValue((declaration, sourceFolder), out var store))
                return store;
            return _declared[(declaration, sourceFolder)] = declaration.Kind switch
            {
                SecretStoreKind.Encrypted => new EncryptedStore(declaration.Name, Path.GetFullPath(declaration.File!, sourceFolder), StoreKey.Of(Absolute(declaration.KeyFile, sourceFolder), null), isShared: true),
                SecretStoreKind.Mounted => new MountedStore(declaration.Name, declaration.Folder!, declaration.Prefix ?? ""),
                SecretStoreKind.Environment => new EnvironmentStore(declaration.Name, declaration.Prefix ?? ""),
                _ => new VaultStore(declaration, sourceFolder),
            };
        }
    }

    private static string? Absolute(string? path, string folder) => path is null ? null : Path.GetFullPath(path, folder);
}

using System.Text;
using Slipway.Core.Settings;

namespace Slipway.Targets.Secrets;

/// <summary>Keeps secret values as files of mode 0600, one for each version: <c>secrets/NAME/3</c>.</summary>
/// <param name="home">The home folder.</param>
public sealed class FileSecretStore(HomeFolder home) : ISecretStore, ISecretStores, IDisposable
{
    /// <summary>The store's name in a <see cref="SecretVersion"/>.</summary>
    public const string Store = "home";

    private readonly SemaphoreSlim _writing = new(1);

    /// <inheritdoc/>
    public string Name => Store;

    /// <inheritdoc/>
    public bool KeepsVersions => true;

    /// <inheritdoc/>
    public ISecretStore Home => this;

    /// <inheritdoc/>
    public ISecretStore Find(string name, System.Collections.Immutable.ImmutableArray<SecretStoreDeclaration> declared, string sourceFolder) => this;

    /// <inheritdoc/>
    public Task<IReadOnlyList<SecretEntry>> List(string prefix, CancellationToken cancellation) => throw new NotSupportedException();

    /// <inheritdoc/>
    public Task Retire(SecretVersion version, string by, CancellationToken cancellation) => throw new NotSupportedException();

    /// <inheritdoc/>
    public async Task<SecretVersion> Keep(string name, string value, string by, CancellationToken cancellation)
    {
        Check(name);
        await _writing.WaitAsync(cancellation);
        try
        {
            var latest = await Latest(name, cancellation);
            if (latest is not null && await Read(latest, cancellation) == value)
                return latest;
            var next = new SecretVersion(Store, name, (latest?.Version ?? 0) + 1);
            PrivateFolder.Create(Folder(name));
            PrivateFolder.Write(PathOf(next), Encoding.UTF8.GetBytes(value), durable: true);
            return next;
        }
        finally
        {
            _writing.Release();
        }
    }

    /// <inheritdoc/>
    public Task<SecretVersion?> Latest(string name, CancellationToken cancellation)
    {
        Check(name);
        var highest = 0;
        if (Directory.Exists(Folder(name)))
        {
            foreach (var file in Directory.EnumerateFiles(Folder(name)))
            {
                if (int.TryParse(Path.GetFileName(file), out var version))
                    highest = Math.Max(highest, version);
            }
        }
        return Task.FromResult(highest == 0 ? null : new SecretVersion(Store, name, highest));
    }

    /// <inheritdoc/>
    public async Task<string> Read(SecretVersion version, CancellationToken cancellation)
    {
        Check(version.Name);
        try
        {
            return await File.ReadAllTextAsync(PathOf(version), Encoding.UTF8, cancellation);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new SecretMissingException(version);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _writing.Dispose();

    private string Folder(string name) => Path.Combine(home.Secrets, name);

    private string PathOf(SecretVersion version) => Path.Combine(Folder(version.Name), version.Version.ToString());

    /// <summary>A name becomes a folder: it must not be able to name another one.</summary>
    private static void Check(string name)
    {
        if (name.Length is 0 or > 200 || !name.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '/'))
            throw new ArgumentException($"\"{name}\" is no name of a secret: letters, digits, _ and - only.", nameof(name));
    }
}

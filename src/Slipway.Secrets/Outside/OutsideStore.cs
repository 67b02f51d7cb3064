namespace Slipway.Secrets.Outside;

/// <summary>A store that something else fills: it has one version of each secret, and nothing here changes it.</summary>
/// <param name="name">Its name in references.</param>
internal abstract class OutsideStore(string name) : ISecretStore
{
    /// <inheritdoc/>
    public string Name => name;

    /// <inheritdoc/>
    public bool KeepsVersions => false;

    /// <summary>What it reads, for messages.</summary>
    protected abstract string Where { get; }

    /// <inheritdoc/>
    public Task Check(CancellationToken cancellation) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task<SecretVersion> Keep(string secret, string value, string by, CancellationToken cancellation) => throw ReadOnly();

    /// <inheritdoc/>
    public Task<SecretVersion?> Latest(string secret, CancellationToken cancellation)
        => Task.FromResult(SecretReference.IsName(secret) && Find(secret) is not null ? new SecretVersion(name, secret, 1) : null);

    /// <inheritdoc/>
    public Task<string> Read(SecretVersion version, CancellationToken cancellation)
        => Task.FromResult((version.Version == 1 && SecretReference.IsName(version.Name) ? Find(version.Name) : null) ?? throw new SecretMissingException(version));

    /// <inheritdoc/>
    public Task<IReadOnlyList<SecretEntry>> List(string prefix, CancellationToken cancellation) => Task.FromResult<IReadOnlyList<SecretEntry>>(
        [.. Names().Where(secret => secret.StartsWith(prefix, StringComparison.Ordinal)).Order(StringComparer.Ordinal).Select(secret => new SecretEntry(new(name, secret, 1), null, null, null))]);

    /// <inheritdoc/>
    public Task Retire(SecretVersion version, string by, CancellationToken cancellation) => throw ReadOnly();

    /// <summary>The value of a secret; null when there is none.</summary>
    protected abstract string? Find(string secret);

    /// <summary>The secrets that can be listed.</summary>
    protected abstract IEnumerable<string> Names();

    private SecretStoreException ReadOnly() => new($"The store '{name}' reads {Where}, which Slipway does not change.", "Change them where they are made, or name another store, such as --store home.");
}

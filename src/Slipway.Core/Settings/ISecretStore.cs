using System.Collections.Immutable;

namespace Slipway.Core.Settings;

/// <summary>
/// Keeps secret values by version; a version never changes. A store without versions has one, number 1, which is whatever
/// it holds now. Every method throws <see cref="SecretStoreException"/> when the store cannot be used.
/// </summary>
public interface ISecretStore
{
    /// <summary>Its name in references.</summary>
    string Name { get; }

    /// <summary>Whether it keeps each version, so that a release may point at one.</summary>
    bool KeepsVersions { get; }

    /// <summary>Whether it could be opened anew: its key is there and fits. What is kept in memory proves nothing.</summary>
    Task Check(CancellationToken cancellation);

    /// <summary>Keeps a value: gives the latest version when it holds the same value, else a new one.</summary>
    /// <param name="name">The secret's full name.</param>
    /// <param name="value">The value.</param>
    /// <param name="by">Who sets it, for the store's own record.</param>
    /// <param name="cancellation">Cancels.</param>
    Task<SecretVersion> Keep(string name, string value, string by, CancellationToken cancellation);

    /// <summary>The latest version of a secret that is not retired; null when there is none.</summary>
    Task<SecretVersion?> Latest(string name, CancellationToken cancellation);

    /// <summary>The value of a version.</summary>
    /// <exception cref="SecretMissingException">There is no such version, or it is retired.</exception>
    Task<string> Read(SecretVersion version, CancellationToken cancellation);

    /// <summary>Every version of every secret whose name begins so, by name and version; never values.</summary>
    Task<IReadOnlyList<SecretEntry>> List(string prefix, CancellationToken cancellation);

    /// <summary>Takes a version out of use for good; nothing when it is already.</summary>
    /// <exception cref="SecretMissingException">There is no such version.</exception>
    Task Retire(SecretVersion version, string by, CancellationToken cancellation);
}

/// <summary>The secret stores that can be reached from here.</summary>
public interface ISecretStores
{
    /// <summary>The control plane's own encrypted store.</summary>
    ISecretStore Home { get; }

    /// <summary>The store of a reference. It is opened when it is first used.</summary>
    /// <param name="name">The store's name.</param>
    /// <param name="declared">The stores that the manifest declares; those that are always there need not be among them.</param>
    /// <param name="sourceFolder">The manifest's folder, absolute.</param>
    /// <exception cref="SecretStoreException">There is no store of that name.</exception>
    ISecretStore Find(string name, ImmutableArray<SecretStoreDeclaration> declared, string sourceFolder);
}

/// <summary>A version of a secret as a store lists it.</summary>
/// <param name="Version">Which.</param>
/// <param name="SetAt">When it was set; null when the store does not know.</param>
/// <param name="SetBy">Who set it; null when the store does not know.</param>
/// <param name="RetiredAt">When it was retired; null while it is in use.</param>
public sealed record SecretEntry(SecretVersion Version, DateTimeOffset? SetAt, string? SetBy, DateTimeOffset? RetiredAt);

/// <summary>A secret store cannot be used, or refuses.</summary>
/// <param name="message">What is wrong, one sentence, without any value.</param>
/// <param name="remedy">What to do.</param>
/// <param name="inner">Its cause; null for none.</param>
public class SecretStoreException(string message, string remedy, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>What to do, one sentence.</summary>
    public string Remedy => remedy;
}

/// <summary>A secret version that is needed is gone or retired.</summary>
/// <param name="version">The version.</param>
public sealed class SecretMissingException(SecretVersion version)
    : SecretStoreException($"{version} is missing or retired.", "Set it again with slipway secrets set, and deploy.")
{
    /// <summary>The version.</summary>
    public SecretVersion Version => version;
}

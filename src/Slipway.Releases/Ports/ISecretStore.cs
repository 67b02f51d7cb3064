namespace Slipway.Releases.Ports;

/// <summary>Keeps secret values by version; a version never changes.</summary>
public interface ISecretStore
{
    /// <summary>Keeps a value: gives the latest version when it holds the same value, else a new one.</summary>
    /// <param name="name">The setting's name.</param>
    /// <param name="value">The value.</param>
    /// <param name="cancellation">Cancels.</param>
    Task<SecretVersion> Keep(string name, string value, CancellationToken cancellation);

    /// <summary>The latest version of a secret; null when there is none.</summary>
    Task<SecretVersion?> Latest(string name, CancellationToken cancellation);

    /// <summary>The value of a version.</summary>
    /// <exception cref="SecretMissingException">There is no such version.</exception>
    Task<string> Read(SecretVersion version, CancellationToken cancellation);
}

/// <summary>A version of a secret, written <c>secret://store/name#3</c>.</summary>
/// <param name="Store">Where it is kept.</param>
/// <param name="Name">The setting's name.</param>
/// <param name="Version">1 or more.</param>
public sealed record SecretVersion(string Store, string Name, int Version)
{
    /// <inheritdoc/>
    public override string ToString() => $"secret://{Store}/{Name}#{Version}";
}

/// <summary>A secret version that a release needs is gone.</summary>
/// <param name="version">The version.</param>
public sealed class SecretMissingException(SecretVersion version)
    : Exception($"{version} is missing. Set it again and deploy.");

namespace Slipway.Core.Settings;

/// <summary>How a store keeps secrets.</summary>
public enum SecretStoreKind
{
    /// <summary>An encrypted file; keeps versions.</summary>
    Encrypted,

    /// <summary>Files that something else mounts, one a secret; the file's content is the only version.</summary>
    Mounted,

    /// <summary>Environment variables of who reads them; the value is the only version.</summary>
    Environment,

    /// <summary>HashiCorp Vault's KV engine, version 2; keeps versions.</summary>
    Vault,
}

/// <summary>A secret store as the manifest declares it. It holds no secret itself, so it may be journaled.</summary>
public sealed record SecretStoreDeclaration
{
    /// <summary>The control plane's own encrypted store, in its home; always there.</summary>
    public const string Home = "home";

    /// <summary>The files of <c>/run/secrets</c>; always there.</summary>
    public const string Mounted = "mounted";

    /// <summary>The environment variables of who reads; always there.</summary>
    public const string Environment = "environment";

    /// <summary>Its name in references.</summary>
    public required string Name { get; init; }

    /// <summary>How it keeps secrets.</summary>
    public required SecretStoreKind Kind { get; init; }

    /// <summary>The file of an encrypted store, relative to the manifest.</summary>
    public string? File { get; init; }

    /// <summary>The file with its key; null for what the environment says.</summary>
    public string? KeyFile { get; init; }

    /// <summary>The folder of mounted files, absolute.</summary>
    public string? Folder { get; init; }

    /// <summary>What comes before every name; null for nothing.</summary>
    public string? Prefix { get; init; }

    /// <summary>Where Vault answers; null for <c>$VAULT_ADDR</c>.</summary>
    public string? Address { get; init; }

    /// <summary>The mount point of Vault's engine.</summary>
    public string? Mount { get; init; }

    /// <summary>The Vault namespace; null for none.</summary>
    public string? Namespace { get; init; }

    /// <summary>The AppRole's role; null to log in by token.</summary>
    public string? RoleId { get; init; }

    /// <summary>The file with the AppRole's secret; null for <c>$VAULT_SECRET_ID</c>.</summary>
    public string? SecretIdFile { get; init; }

    /// <summary>The file with Vault's token; null for <c>$VAULT_TOKEN</c>.</summary>
    public string? TokenFile { get; init; }

    /// <summary>Certificates that Vault's is checked against; null for the system's.</summary>
    public string? CaFile { get; init; }

    /// <summary>How long an answer may take.</summary>
    public required TimeSpan Timeout { get; init; }
}

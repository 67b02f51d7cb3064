using System.Security.Cryptography;
using System.Text;

namespace Slipway.Secrets.Encrypted;

/// <summary>Where the key of an encrypted store comes from.</summary>
/// <param name="KeyFile">The file with the key: 32 bytes in base64; null for the passphrase.</param>
/// <param name="MayCreate">Whether the file is made when neither it nor the store is there.</param>
/// <param name="Passphrase">The passphrase; null for none.</param>
internal sealed record StoreKey(string? KeyFile, bool MayCreate, string? Passphrase)
{
    /// <summary>The variable that names a key file.</summary>
    public const string FileVariable = "SLIPWAY_SECRETS_KEY_FILE";

    /// <summary>The variable that holds a passphrase.</summary>
    public const string PassphraseVariable = "SLIPWAY_SECRETS_PASSPHRASE";

    /// <summary>
    /// Rounds of PBKDF2-HMAC-SHA256 for new stores, as the OWASP Password Storage Cheat Sheet asks for (600,000 since 2023).
    /// A store keeps the count it was made with.
    /// </summary>
    public const int Rounds = 600_000;

    private const int KeyBytes = 32;

    /// <summary>Whether a new store is locked by the passphrase. One that is there says itself what it is locked by.</summary>
    public bool MakesByPassphrase => KeyFile is null || (MayCreate && Passphrase is not null && !File.Exists(KeyFile));

    /// <summary>What the caller's environment says, beside a file: one process may open stores of both kinds.</summary>
    /// <param name="declared">The file that the manifest names; null for none.</param>
    /// <param name="own">A file that is made when there is none; null for none.</param>
    public static StoreKey Of(string? declared, string? own)
        => (declared ?? Variable(FileVariable)) is { } file ? new(file, false, Variable(PassphraseVariable)) : new(own, own is not null, Variable(PassphraseVariable));

    /// <summary>The secret that everything is derived from.</summary>
    /// <param name="header">What the store says of its key.</param>
    /// <exception cref="SecretStoreException">It cannot be had.</exception>
    public byte[] Material(StoreHeader header)
    {
        if (header.Salt is { } salt)
        {
            return Passphrase is { } passphrase
                ? Rfc2898DeriveBytes.Pbkdf2(Encoding.UTF8.GetBytes(passphrase), salt, header.Rounds, HashAlgorithmName.SHA256, KeyBytes)
                : throw new SecretStoreException("The secret store is locked by a passphrase, and none is given.", $"Set {PassphraseVariable}.");
        }
        return KeyFile is { } file
            ? Read(file)
            : throw new SecretStoreException("The secret store is locked by a key file, and none is named.", $"Set {FileVariable} to its path.");
    }

    /// <summary>Makes the key file when it may be made.</summary>
    public void Prepare()
    {
        if (KeyFile is { } file && MayCreate && !MakesByPassphrase && !File.Exists(file))
            PrivateFile.Replace(file, Encoding.ASCII.GetBytes(Convert.ToBase64String(RandomNumberGenerator.GetBytes(KeyBytes)) + "\n"));
    }

    private static byte[] Read(string file)
    {
        string text;
        try
        {
            SecretFile.RefuseOthers(file);
            text = SecretFile.ReadText(file, 1024).Trim();
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new SecretStoreException($"The key file {file} cannot be read: {fault.Message.TrimEnd('.')}.", "Restore it from where you keep a copy; without it the secrets cannot be read.", fault);
        }
        var key = new byte[KeyBytes];
        return Convert.TryFromBase64String(text, key, out var count) && count == KeyBytes
            ? key
            : throw new SecretStoreException($"The key file {file} does not hold a key: 32 bytes in base64.", "Make one with: openssl rand -base64 32");
    }

    private static string? Variable(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;
}

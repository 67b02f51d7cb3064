using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Slipway.Secrets.Encrypted;

/// <summary>
/// The first line of an encrypted store: <c>slipway-secrets 1 ID key CHECK</c>, or with <c>pbkdf2-sha256:ROUNDS:SALT</c> in the
/// place of <c>key</c>. The check is an empty text encrypted, by which a wrong key is told from a damaged record.
/// </summary>
/// <param name="Id">16 random bytes in hexadecimal.</param>
/// <param name="Rounds">Rounds of PBKDF2; 0 for a key file.</param>
/// <param name="Salt">Its salt; null for a key file.</param>
/// <param name="Check">The check, in base64url; empty before it is made.</param>
internal sealed record StoreHeader(string Id, int Rounds, byte[]? Salt, string Check)
{
    private const string Mark = "slipway-secrets 1 ";

    // More would only be asked for by a file that somebody tampered with.
    private const int RoundsMax = 20_000_000;

    /// <summary>A new one, without its check.</summary>
    public static StoreHeader New(bool byPassphrase) => new(
        Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16)), byPassphrase ? StoreKey.Rounds : 0, byPassphrase ? RandomNumberGenerator.GetBytes(16) : null, "");

    /// <summary>The line up to the check: what the check vouches for.</summary>
    public string Claim => $"{Mark}{Id} {(Salt is null ? "key" : $"pbkdf2-sha256:{Rounds.ToString(CultureInfo.InvariantCulture)}:{Base64Url.EncodeToString(Salt)}")}";

    /// <summary>The whole line.</summary>
    public byte[] Line => Encoding.ASCII.GetBytes($"{Claim} {Check}\n");

    /// <summary>Whether a text without a line break can be the torn beginning of a store: nothing else may ever be written over.</summary>
    public static bool IsBeginning(ReadOnlySpan<byte> text)
    {
        var mark = Encoding.ASCII.GetBytes(Mark);
        return text.Length < mark.Length ? mark.AsSpan().StartsWith(text) : text.StartsWith(mark);
    }

    /// <summary>Reads the line; null when it is none.</summary>
    public static StoreHeader? Read(string line)
    {
        if (!line.StartsWith(Mark, StringComparison.Ordinal) || line[Mark.Length..].Split(' ') is not [var id, var key, var check] || id.Length != 32)
            return null;
        if (key == "key")
            return new(id, 0, null, check);
        if (key.Split(':') is not ["pbkdf2-sha256", var rounds, var salt] || !Base64Url.IsValid(salt)
            || !int.TryParse(rounds, NumberStyles.None, CultureInfo.InvariantCulture, out var count) || count is < 1 or > RoundsMax)
            return null;
        return new(id, count, Base64Url.DecodeFromChars(salt), check);
    }
}

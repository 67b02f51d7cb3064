using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Slipway.Secrets.Encrypted;

/// <summary>
/// Encrypts the records of one store: AES-256-GCM (NIST SP 800-38D) with a random nonce of 96 bits and a tag of 128, under a key
/// that HKDF-SHA256 (RFC 5869) derives for this store alone. What a record says in the clear is authenticated with it, so
/// that no value can be moved to another name or version.
/// </summary>
internal sealed class StoreCipher : IDisposable
{
    private const int NonceBytes = 12;
    private const int TagBytes = 16;

    private readonly AesGcm _aes;

    /// <param name="material">The secret that the key is derived from.</param>
    /// <param name="id">The store's id.</param>
    public StoreCipher(byte[] material, string id)
        => _aes = new(HKDF.DeriveKey(HashAlgorithmName.SHA256, material, 32, Encoding.ASCII.GetBytes(id), "slipway-secrets 1 records"u8.ToArray()), TagBytes);

    /// <summary>Nonce, encrypted text and tag, in base64url.</summary>
    public string Seal(string claim, string text)
    {
        var plain = Encoding.UTF8.GetBytes(text);
        var sealedText = new byte[NonceBytes + plain.Length + TagBytes];
        RandomNumberGenerator.Fill(sealedText.AsSpan(0, NonceBytes));
        _aes.Encrypt(
            sealedText.AsSpan(0, NonceBytes), plain, sealedText.AsSpan(NonceBytes, plain.Length), sealedText.AsSpan(NonceBytes + plain.Length), Encoding.UTF8.GetBytes(claim));
        CryptographicOperations.ZeroMemory(plain);
        return Base64Url.EncodeToString(sealedText);
    }

    /// <summary>Whether a record is what it was sealed as.</summary>
    public bool Opens(StoreRecord record) => Open(record.Claim, record.Sealed) is not null;

    /// <summary>The text; null when it, its claim or the key is not what it was sealed with.</summary>
    public string? Open(string claim, ReadOnlySpan<char> sealedText)
    {
        if (!Base64Url.IsValid(sealedText, out var length) || length < NonceBytes + TagBytes)
            return null;
        var bytes = Base64Url.DecodeFromChars(sealedText);
        var plain = new byte[bytes.Length - NonceBytes - TagBytes];
        try
        {
            _aes.Decrypt(bytes.AsSpan(0, NonceBytes), bytes.AsSpan(NonceBytes, plain.Length), bytes.AsSpan(NonceBytes + plain.Length), plain, Encoding.UTF8.GetBytes(claim));
        }
        catch (AuthenticationTagMismatchException)
        {
            return null;
        }
        var text = Encoding.UTF8.GetString(plain);
        CryptographicOperations.ZeroMemory(plain);
        return text;
    }

    public void Dispose() => _aes.Dispose();
}

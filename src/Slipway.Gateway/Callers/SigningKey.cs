using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;

namespace Slipway.Gateway.Callers;

/// <summary>
/// A public key that tokens are checked against (RFC 7517, 7518). The key says which algorithm it is for, never the token: an RSA key
/// checks RS256 and an EC key on P-256 ES256, and nothing else is ever tried.
/// </summary>
internal sealed class SigningKey
{
    private const int RsaBitsMin = 2048;
    private const int RsaBitsMax = 8192;
    private const int EcBytes = 32;

    private readonly Lock _lock = new();
    private readonly RSA? _rsa;
    private readonly ECDsa? _ec;

    private SigningKey(string? id, RSA? rsa, ECDsa? ec) => (Id, _rsa, _ec) = (id, rsa, ec);

    /// <summary>Its id; null where it has none.</summary>
    public string? Id { get; }

    /// <summary>The one algorithm that it is for.</summary>
    public string Algorithm => _rsa is null ? "ES256" : "RS256";

    /// <summary>Whether it signed this.</summary>
    public bool Signed(ReadOnlySpan<byte> text, ReadOnlySpan<byte> signature)
    {
        lock (_lock)
        {
            return _rsa?.VerifyData(text, signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
                ?? _ec!.VerifyData(text, signature, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
        }
    }

    /// <summary>Reads one of a set; null for one that is for something else, or that we do not know.</summary>
    /// <exception cref="CryptographicException">It is none.</exception>
    /// <exception cref="FormatException">A member is not Base64Url.</exception>
    public static SigningKey? Read(JsonElement key)
    {
        if (key.ValueKind != JsonValueKind.Object || Text(key, "use") is not (null or "sig"))
            return null;
        var algorithm = Text(key, "alg");
        switch (Text(key, "kty"))
        {
            case "RSA" when algorithm is null or "RS256" && Bytes(key, "n") is { } modulus && Bytes(key, "e") is { } exponent:
                if (modulus.Length * 8 is < RsaBitsMin or > RsaBitsMax)
                    throw new CryptographicException("An RSA key has 2048 to 8192 bits.");
                return new(Text(key, "kid"), RSA.Create(new RSAParameters { Modulus = modulus, Exponent = exponent }), null);
            case "EC" when algorithm is null or "ES256" && Text(key, "crv") == "P-256" && Bytes(key, "x") is { Length: EcBytes } x && Bytes(key, "y") is { Length: EcBytes } y:
                return new(Text(key, "kid"), null, ECDsa.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, Q = new() { X = x, Y = y } }));
            default:
                return null;
        }
    }

    private static string? Text(JsonElement key, string name)
        => key.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static byte[]? Bytes(JsonElement key, string name) => Text(key, name) is { } text ? Base64Url.DecodeFromChars(text) : null;
}

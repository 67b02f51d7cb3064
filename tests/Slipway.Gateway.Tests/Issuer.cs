using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Slipway.Gateway.Tests;

/// <summary>Signs tokens, as whoever looks after users does.</summary>
internal sealed class Issuer : IDisposable
{
    public const string Name = "https://id.example.org";
    public const string Audience = "shop";

    private readonly ECDsa _ec = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly RSA _rsa = RSA.Create(2048);

    /// <summary>Its keys as it publishes them.</summary>
    public string Keys => Set(EcKey("ec"), RsaKey("rsa"));

    public string EcKey(string id)
    {
        var q = _ec.ExportParameters(false).Q;
        return $$"""{"kty":"EC","crv":"P-256","use":"sig","kid":"{{id}}","x":"{{Encode(q.X!)}}","y":"{{Encode(q.Y!)}}"}""";
    }

    public string RsaKey(string id)
    {
        var key = _rsa.ExportParameters(false);
        return $$"""{"kty":"RSA","kid":"{{id}}","n":"{{Encode(key.Modulus!)}}","e":"{{Encode(key.Exponent!)}}"}""";
    }

    /// <summary>The RSA key's public half, which everybody has.</summary>
    public byte[] RsaPublic => Encoding.ASCII.GetBytes(_rsa.ExportSubjectPublicKeyInfoPem());

    public static string Set(params string[] keys) => $$"""{"keys":[{{string.Join(',', keys)}}]}""";

    public static Dictionary<string, object> Claims(string subject = "alice", int seconds = 300) => new()
    {
        ["iss"] = Name,
        ["aud"] = Audience,
        ["sub"] = subject,
        ["exp"] = DateTimeOffset.UtcNow.ToUnixTimeSeconds() + seconds,
    };

    /// <summary>A token by the EC key, or by the RSA key.</summary>
    public string Token(Dictionary<string, object> claims, string algorithm = "ES256", string? kid = null)
        => Sign($$"""{"alg":"{{algorithm}}","typ":"JWT","kid":"{{kid ?? (algorithm == "ES256" ? "ec" : "rsa")}}"}""", claims, algorithm == "ES256" ? SignEc : SignRsa);

    /// <summary>A token with any head and signature.</summary>
    public static string Sign(string head, Dictionary<string, object> claims, Func<byte[], byte[]> sign)
    {
        var text = $"{Encode(Encoding.UTF8.GetBytes(head))}.{Encode(JsonSerializer.SerializeToUtf8Bytes(claims))}";
        return $"{text}.{Encode(sign(Encoding.ASCII.GetBytes(text)))}";
    }

    public byte[] SignEc(byte[] text) => _ec.SignData(text, HashAlgorithmName.SHA256);

    public byte[] SignRsa(byte[] text) => _rsa.SignData(text, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);

    public void Dispose()
    {
        _ec.Dispose();
        _rsa.Dispose();
    }

    private static string Encode(byte[] bytes) => Base64Url.EncodeToString(bytes);
}

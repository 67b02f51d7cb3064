using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Courier.Tests.Processes;

/// <summary>A signing key that tests hold themselves, to sign what the API never would.</summary>
internal sealed class TestKey
{
    private readonly ECDsa? _ec;
    private readonly RSA? _rsa;

    private TestKey(string id, ECDsa? ec, RSA? rsa) => (Id, _ec, _rsa) = (id, ec, rsa);

    public string Id { get; }

    public static TestKey Ec(string id) => new(id, ECDsa.Create(ECCurve.NamedCurves.nistP256), null);

    public static TestKey Rsa(string id, int bits = 2048) => new(id, null, RSA.Create(bits));

    /// <summary>Keys as the setting has them.</summary>
    public static string Set(params TestKey[] keys) => $"{{\"keys\":[{string.Join(',', keys.Select(static key => key.Json()))}]}}";

    public string Json()
    {
        if (_ec is not null)
        {
            var parts = _ec.ExportParameters(includePrivateParameters: true);
            return $$"""{"kty":"EC","use":"sig","alg":"ES256","kid":"{{Id}}","crv":"P-256","x":"{{Text(parts.Q.X!)}}","y":"{{Text(parts.Q.Y!)}}","d":"{{Text(parts.D!)}}"}""";
        }
        var rsa = _rsa!.ExportParameters(includePrivateParameters: true);
        return $$"""{"kty":"RSA","use":"sig","alg":"RS256","kid":"{{Id}}","n":"{{Text(rsa.Modulus!)}}","e":"{{Text(rsa.Exponent!)}}","d":"{{Text(rsa.D!)}}","p":"{{Text(rsa.P!)}}","q":"{{Text(rsa.Q!)}}","dp":"{{Text(rsa.DP!)}}","dq":"{{Text(rsa.DQ!)}}","qi":"{{Text(rsa.InverseQ!)}}"}""";
    }

    /// <summary>A token that is good unless something is changed.</summary>
    public string Token(string? id = null, string? algorithm = null, string issuer = "courier", string audience = "courier", int secondsLeft = 600)
    {
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        var signed = Text(Encoding.UTF8.GetBytes($$"""{"alg":"{{algorithm ?? (_ec is null ? "RS256" : "ES256")}}","typ":"at+jwt","kid":"{{id ?? Id}}"}"""))
            + "." + Text(Encoding.UTF8.GetBytes($$"""{"iss":"{{issuer}}","aud":"{{audience}}","sub":"test","iat":{{now - 900}},"nbf":{{now - 900}},"exp":{{now + secondsLeft}}}"""));
        return signed + "." + Text(Sign(Encoding.ASCII.GetBytes(signed), algorithm));
    }

    private byte[] Sign(byte[] signed, string? algorithm) => algorithm switch
    {
        "none" => [],
        // The old trick: the public key, which everybody has, as if it were a secret of both sides.
        "HS256" => HMACSHA256.HashData(Encoding.ASCII.GetBytes(_ec?.ExportSubjectPublicKeyInfoPem() ?? _rsa!.ExportSubjectPublicKeyInfoPem()), signed),
        "PS256" => _rsa!.SignData(signed, HashAlgorithmName.SHA256, RSASignaturePadding.Pss),
        _ when _ec is not null => _ec.SignData(signed, HashAlgorithmName.SHA256),
        _ => _rsa!.SignData(signed, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1),
    };

    private static string Text(byte[] bytes) => Base64Url.EncodeToString(bytes);
}

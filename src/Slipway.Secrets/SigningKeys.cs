using System.Buffers.Text;
using System.Security.Cryptography;

namespace Slipway.Secrets;

/// <summary>
/// Makes keys that sign, as JSON (RFC 7517, 7518), private halves included. A key's id is its thumbprint (RFC 7638).
/// </summary>
public static class SigningKeys
{
    private const int RsaBits = 3072;

    /// <summary>A set with one new key.</summary>
    /// <param name="algorithm"><c>ES256</c> or <c>RS256</c>.</param>
    public static string NewSet(string algorithm) => KeySet.Of(New(algorithm));

    /// <summary>A new key.</summary>
    /// <param name="algorithm"><c>ES256</c> or <c>RS256</c>.</param>
    public static string New(string algorithm) => algorithm == "RS256" ? MakeRsa() : MakeEc();

    private static string MakeEc()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var parts = key.ExportParameters(includePrivateParameters: true);
        var (x, y) = (Text(parts.Q.X!), Text(parts.Q.Y!));
        var id = Thumbprint($"{{\"crv\":\"P-256\",\"kty\":\"EC\",\"x\":\"{x}\",\"y\":\"{y}\"}}");
        return $"{{\"kty\":\"EC\",\"use\":\"sig\",\"alg\":\"ES256\",\"kid\":\"{id}\",\"crv\":\"P-256\",\"x\":\"{x}\",\"y\":\"{y}\",\"d\":\"{Text(parts.D!)}\"}}";
    }

    private static string MakeRsa()
    {
        using var key = RSA.Create(RsaBits);
        var parts = key.ExportParameters(includePrivateParameters: true);
        var (n, e) = (Text(parts.Modulus!), Text(parts.Exponent!));
        var id = Thumbprint($"{{\"e\":\"{e}\",\"kty\":\"RSA\",\"n\":\"{n}\"}}");
        return $"{{\"kty\":\"RSA\",\"use\":\"sig\",\"alg\":\"RS256\",\"kid\":\"{id}\",\"n\":\"{n}\",\"e\":\"{e}\",\"d\":\"{Text(parts.D!)}\",\"p\":\"{Text(parts.P!)}\","
            + $"\"q\":\"{Text(parts.Q!)}\",\"dp\":\"{Text(parts.DP!)}\",\"dq\":\"{Text(parts.DQ!)}\",\"qi\":\"{Text(parts.InverseQ!)}\"}}";
    }

    private static string Thumbprint(string members) => Text(SHA256.HashData(System.Text.Encoding.ASCII.GetBytes(members)));

    private static string Text(byte[] bytes) => Base64Url.EncodeToString(bytes);
}

using System.Security.Cryptography;
using System.Text;
using Slipway.Files;

namespace Slipway.Gateway.Balancing;

/// <summary>
/// Signs what a cookie says, so that nobody can choose a release that was not dealt to them. The key is kept in the home: a gateway that
/// takes another's place, or starts again, knows the cookies before it.
/// </summary>
internal sealed class CookieKey(string home)
{
    private const int KeyBytes = 32;
    private const int SignatureBytes = 16;

    private readonly Lazy<byte[]> _key = new(() => Load(Path.Combine(home, "cookie.key")), LazyThreadSafetyMode.PublicationOnly);

    /// <summary>The value of a cookie that names a release of a service.</summary>
    public byte[] Sign(string service, string release)
    {
        var signature = HMACSHA256.HashData(_key.Value, Encoding.ASCII.GetBytes($"{service}\n{release}"));
        return Encoding.ASCII.GetBytes($"{release}.{System.Buffers.Text.Base64Url.EncodeToString(signature.AsSpan(0, SignatureBytes))}");
    }

    private static byte[] Load(string path)
    {
        if (File.Exists(path) && File.ReadAllBytes(path) is { Length: KeyBytes } known)
            return known;
        var key = RandomNumberGenerator.GetBytes(KeyBytes);
        PrivateFile.Replace(path, key);
        return key;
    }
}

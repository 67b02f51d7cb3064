using System.Buffers.Text;
using System.Security.Cryptography;

namespace Slipway.Releases.Rotations;

/// <summary>Texts made by chance that any program, URL and command line can carry.</summary>
internal static class RandomText
{
    /// <summary>So many random bytes in URL-safe base64 without padding.</summary>
    public static string Of(int bytes) => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(bytes));
}

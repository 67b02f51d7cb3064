using System.Security.Cryptography;
using System.Text;

namespace Slipway.Cli.GatewayVerbs;

/// <summary>The lines of a file of callers: <c>NAME SHA256 [ROLE,...]</c>. The key itself is in none of them.</summary>
internal static class CallerLines
{
    private const int KeyBytes = 32;

    /// <summary>A new key: 256 random bits, in 43 characters that no shell or address minds.</summary>
    public static string NewKey() => System.Buffers.Text.Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(KeyBytes));

    /// <summary>The line that lets a key in.</summary>
    public static string Of(string name, string key, IReadOnlyList<string> roles)
        => $"{name} {Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(key)))}{(roles.Count == 0 ? "" : " ")}{string.Join(',', roles)}";

    /// <summary>The lines without those of a caller; comments and everybody else's stay as they are.</summary>
    public static IEnumerable<string> Without(IEnumerable<string> lines, string name) => lines.Where(line => NameOf(line) != name);

    /// <summary>How many keys a caller has.</summary>
    public static int Count(IEnumerable<string> lines, string name) => lines.Count(line => NameOf(line) == name);

    /// <summary>Whether a name can stand in such a line, and in the field that tells it to applications.</summary>
    public static bool IsName(string name)
        => name is { Length: > 0 and <= 128 } && !name.StartsWith('#') && !name.AsSpan().ContainsAnyExceptInRange('!', '~') && !name.AsSpan().ContainsAny(':', '%');

    private static string? NameOf(string line) => line.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) is [var name, ..] ? name : null;
}

using System.Security.Cryptography;
using System.Text;
using Courier.Operations;

namespace Courier.Api;

/// <summary>
/// Who may call: those who show the key, or a token, as <c>Authorization: Bearer ...</c>. Without a key everybody may who shows
/// nothing, as suits a laptop; the manifest requires one in staging and production. What is shown and wrong is refused everywhere.
/// </summary>
internal sealed class Callers(CourierSettings settings)
{
    private const string Scheme = "Bearer ";

    // Hashes are of one length, so that comparing them tells nothing about how much was right.
    private readonly byte[][] _keys = [.. (settings.ApiKey is { } key ? [key] : Array.Empty<string>()).Concat(settings.OtherApiKeys).Select(Hash)];

    /// <summary>Gives and verifies tokens; null where there are no keys for them.</summary>
    public AccessTokens? Tokens { get; } = settings.SigningKeys.Count > 0 ? new(settings.SigningKeys) : null;

    /// <summary>Whether a caller is let in.</summary>
    /// <param name="authorization">The header of that name; empty when there is none.</param>
    /// <param name="allowsTokens">Whether a token will do.</param>
    public async ValueTask<bool> AdmitAsync(string authorization, bool allowsTokens)
    {
        if (settings.ApiKey is null && (Tokens is null || authorization.Length == 0))
            return true;
        if (!authorization.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
            return false;
        var shown = authorization[Scheme.Length..].Trim();
        return IsKey(shown) || (allowsTokens && Tokens is not null && await Tokens.VerifyAsync(shown));
    }

    private bool IsKey(string shown)
    {
        var hash = Hash(shown);
        var found = false;
        foreach (var key in _keys)
            found |= CryptographicOperations.FixedTimeEquals(hash, key);
        return found;
    }

    private static byte[] Hash(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text));
}

using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;
using Slipway.Core.Manifests;

namespace Slipway.Gateway.Callers;

/// <summary>
/// Checks signed tokens (RFC 7519, as RFC 8725 advises): the key decides the algorithm, RS256 or ES256; issuer, audience and an end are
/// asked for; what must be understood and is not (<c>crit</c>) is refused. A token that was good is remembered by its hash
/// until it ends or the keys change, so that its signature is checked once and not with every request.
/// </summary>
internal sealed class TokenCheck(CallerPlan plan, SigningKeys keys)
{
    private const int BytesMax = 8 * 1024;
    private const int RememberedMax = 1024;

    private static readonly JsonDocumentOptions s_strict = new() { AllowDuplicateProperties = false, MaxDepth = 16 };

    private readonly Remembered?[] _remembered = new Remembered?[RememberedMax];

    private sealed record Remembered(byte[] Hash, object Keys, DateTimeOffset Ends, Caller Caller);

    /// <summary>Whose token it is.</summary>
    /// <param name="token">As it was sent.</param>
    /// <param name="now">The time.</param>
    public CallerVerdict Check(ReadOnlySpan<byte> token, DateTimeOffset now)
    {
        if (keys.Version is not { } version)
            return CallerVerdict.No(CallerFault.Unchecked, "no signing keys are there");
        if (token.Length > BytesMax)
            return CallerVerdict.No(CallerFault.Wrong, "a token longer than 8 KiB");
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(token, hash);
        ref var place = ref _remembered[(hash[0] | hash[1] << 8) % RememberedMax];
        if (place is { } known && ReferenceEquals(known.Keys, version) && now < known.Ends && hash.SequenceEqual(known.Hash))
            return CallerVerdict.Of(known.Caller);
        var verdict = CheckAnew(token, now, out var ends);
        if (verdict.Caller is { } caller)
            place = new(hash.ToArray(), version, ends, caller);
        return verdict;
    }

    private CallerVerdict CheckAnew(ReadOnlySpan<byte> token, DateTimeOffset now, out DateTimeOffset ends)
    {
        ends = default;
        var firstDot = token.IndexOf((byte)'.');
        var lastDot = token.LastIndexOf((byte)'.');
        if (firstDot <= 0 || lastDot <= firstDot || token[(firstDot + 1)..lastDot].Contains((byte)'.'))
            return CallerVerdict.No(CallerFault.Wrong, "no token");
        try
        {
            using var head = JsonDocument.Parse(Base64Url.DecodeFromUtf8(token[..firstDot]), s_strict);
            if (Text(head.RootElement, "alg") is not { } algorithm || head.RootElement.TryGetProperty("crit", out _))
                return CallerVerdict.No(CallerFault.Wrong, "a token whose head is not understood");
            var signature = Base64Url.DecodeFromUtf8(token[(lastDot + 1)..]);
            if (!IsSigned(keys.For(Text(head.RootElement, "kid"), algorithm), token[..lastDot], signature))
                return CallerVerdict.No(CallerFault.Wrong, "a token that no known key has signed");
            using var claims = JsonDocument.Parse(Base64Url.DecodeFromUtf8(token[(firstDot + 1)..lastDot]), s_strict);
            return CheckClaims(claims.RootElement, now, out ends);
        }
        catch (Exception e) when (e is FormatException or JsonException or InvalidOperationException or CryptographicException)
        {
            return CallerVerdict.No(CallerFault.Wrong, "no token");
        }
    }

    private static bool IsSigned(IEnumerable<SigningKey> keys, ReadOnlySpan<byte> text, ReadOnlySpan<byte> signature)
    {
        foreach (var key in keys)
        {
            if (key.Signed(text, signature))
                return true;
        }
        return false;
    }

    private CallerVerdict CheckClaims(JsonElement claims, DateTimeOffset now, out DateTimeOffset ends)
    {
        ends = default;
        if (claims.ValueKind != JsonValueKind.Object || !TryTime(claims, "exp", out var end) || end is null)
            return CallerVerdict.No(CallerFault.Wrong, "a token without an end");
        if (now >= end + plan.Skew)
            return CallerVerdict.No(CallerFault.Expired, "a token that has expired");
        if (!TryTime(claims, "nbf", out var begin) || now < begin - plan.Skew)
            return CallerVerdict.No(CallerFault.Wrong, "a token that does not hold yet");
        if (Text(claims, "iss") != plan.Issuer)
            return CallerVerdict.No(CallerFault.Wrong, "a token of another issuer");
        if (Array.IndexOf(Texts(claims, "aud"), plan.Audience) < 0)
            return CallerVerdict.No(CallerFault.Wrong, "a token for another audience");
        if (Text(claims, "sub") is not { Length: > 0 } subject)
            return CallerVerdict.No(CallerFault.Wrong, "a token of nobody");
        ends = end.Value + plan.Skew;
        var roles = Texts(claims, plan.RolesClaim).SelectMany(static text => text.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        return CallerVerdict.Of(new(subject, [.. roles]));
    }

    private static bool TryTime(JsonElement claims, string name, out DateTimeOffset? time)
    {
        time = null;
        if (!claims.TryGetProperty(name, out var value))
            return true;
        if (value.ValueKind != JsonValueKind.Number || !value.TryGetDouble(out var seconds) || seconds is < 0 or > 253402300799)
            return false;
        time = DateTimeOffset.UnixEpoch.AddSeconds(seconds);
        return true;
    }

    private static string? Text(JsonElement of, string name)
        => of.ValueKind == JsonValueKind.Object && of.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    // One text, or several.
    private static string[] Texts(JsonElement claims, string name)
    {
        if (!claims.TryGetProperty(name, out var value))
            return [];
        return value.ValueKind switch
        {
            JsonValueKind.String => [value.GetString()!],
            JsonValueKind.Array => [.. value.EnumerateArray().Where(static one => one.ValueKind == JsonValueKind.String).Select(static one => one.GetString()!)],
            _ => [],
        };
    }
}

using System.Text;
using System.Text.Json;
using Courier.Operations;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Courier.Api;

/// <summary>
/// Tokens for callers (RFC 7519): signed by the first key, verified by the key that they name, with the algorithm that is this
/// key's and not the token's to choose.
/// </summary>
internal sealed class AccessTokens
{
    /// <summary>Who gives the tokens, and who takes them.</summary>
    public const string Name = "courier";

    private static readonly TimeSpan _skew = TimeSpan.FromSeconds(30);
    private readonly JsonWebTokenHandler _handler = new() { SetDefaultTimesOnTokenCreation = false };
    private readonly Dictionary<string, JsonWebKey> _keys;
    private readonly SigningCredentials _signing;
    private readonly TokenValidationParameters _rules;

    public AccessTokens(IReadOnlyList<SigningKey> keys)
    {
        var algorithms = keys.ToDictionary(static key => key.Id, static key => key.Algorithm, StringComparer.Ordinal);
        _keys = keys.ToDictionary(static key => key.Id, static key => new JsonWebKey(key.Json), StringComparer.Ordinal);
        _signing = new(_keys[keys[0].Id], keys[0].Algorithm);
        _rules = new()
        {
            ValidIssuer = Name,
            ValidAudience = Name,
            ValidTypes = ["at+jwt"],
            ClockSkew = _skew,
            IssuerSigningKeyResolver = (_, _, id, _) => id is not null && _keys.TryGetValue(id, out var key) ? [key] : [],
            AlgorithmValidator = (algorithm, key, _, _) => algorithm == algorithms.GetValueOrDefault(key.KeyId),
            TryAllIssuerSigningKeys = false,
        };
        PublicKeys = Publish(keys);
    }

    /// <summary>How long a token lets in.</summary>
    public static TimeSpan Lifetime { get; } = TimeSpan.FromMinutes(15);

    /// <summary>The public halves of all keys, as a JSON Web Key Set (RFC 7517).</summary>
    public byte[] PublicKeys { get; }

    /// <summary>A token for a subject.</summary>
    /// <param name="subject">Whom it is for.</param>
    /// <param name="now">From when; it ends after <see cref="Lifetime"/>.</param>
    public string Give(string subject, DateTimeOffset now) => _handler.CreateToken(new SecurityTokenDescriptor
    {
        Issuer = Name,
        Audience = Name,
        TokenType = "at+jwt",
        IssuedAt = now.UtcDateTime,
        NotBefore = now.UtcDateTime,
        Expires = (now + Lifetime).UtcDateTime,
        Claims = new Dictionary<string, object> { [JwtRegisteredClaimNames.Sub] = subject, [JwtRegisteredClaimNames.Jti] = Guid.NewGuid().ToString("N") },
        SigningCredentials = _signing,
    });

    /// <summary>Whether a token is ours and of this time.</summary>
    public async Task<bool> VerifyAsync(string token) => (await _handler.ValidateTokenAsync(token, _rules)).IsValid;

    private byte[] Publish(IReadOnlyList<SigningKey> keys)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartObject();
            json.WriteStartArray("keys"u8);
            foreach (var key in keys)
                Publish(json, key, _keys[key.Id]);
            json.WriteEndArray();
            json.WriteEndObject();
        }

        return bytes.ToArray();
    }

    // Only what is named here goes out, so that no private member ever does.
    private static void Publish(Utf8JsonWriter json, SigningKey key, JsonWebKey parts)
    {
        json.WriteStartObject();
        json.WriteString("kty"u8, parts.Kty);
        json.WriteString("use"u8, "sig"u8);
        json.WriteString("alg"u8, key.Algorithm);
        json.WriteString("kid"u8, key.Id);
        foreach (var (name, value) in parts.Kty == "EC" ? (ReadOnlySpan<(string, string)>)[("crv", parts.Crv), ("x", parts.X), ("y", parts.Y)] : [("n", parts.N), ("e", parts.E)])
            json.WriteString(Encoding.UTF8.GetBytes(name), value);
        json.WriteEndObject();
    }
}

using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;

namespace Courier.Operations;

/// <summary>A key that signs tokens, or only verifies them any more (RFC 7517).</summary>
public sealed class SigningKey
{
    private const int RsaBytesMin = 256;

    private SigningKey(string id, string algorithm, string json) => (Id, Algorithm, Json) = (id, algorithm, json);

    /// <summary>Its <c>kid</c>, which tokens name.</summary>
    public string Id { get; }

    /// <summary>The one algorithm it is for, ES256 or RS256: a token has no say in it.</summary>
    public string Algorithm { get; }

    /// <summary>The whole key as JSON, its private half included.</summary>
    public string Json { get; }

    /// <summary>Reads a set of keys. The first one signs, so it must have its private half.</summary>
    /// <exception cref="FormatException">It is no set of EC P-256 or RSA keys; the message holds nothing of it.</exception>
    internal static IReadOnlyList<SigningKey> Read(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            var keys = document.RootElement.GetProperty("keys").EnumerateArray().Select(Read).ToList();
            if (keys.Count == 0 || keys.DistinctBy(static key => key.Id).Count() < keys.Count || !document.RootElement.GetProperty("keys")[0].TryGetProperty("d", out _))
                throw new FormatException("No key, two of one kid, or none that signs.");
            return keys;
        }
        catch (Exception fault) when (fault is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or CryptographicException)
        {
            throw new FormatException("It must be a JSON Web Key Set of EC P-256 or RSA keys, each with a kid of its own, the first with its private half.");
        }
    }

    private static SigningKey Read(JsonElement key)
    {
        var algorithm = key.GetProperty("kty").GetString() switch
        {
            "EC" when key.GetProperty("crv").GetString() == "P-256" => "ES256",
            "RSA" => "RS256",
            _ => throw new FormatException("Another kind of key."),
        };
        if (key.TryGetProperty("alg", out var said) && said.GetString() != algorithm)
            throw new FormatException("Another algorithm.");
        Check(key, algorithm);
        return new(key.GetProperty("kid").GetString() is { Length: > 0 } id ? id : throw new FormatException("No kid."), algorithm, key.GetRawText());
    }

    // Whether it is a key at all, told at the start and not at the first token.
    private static void Check(JsonElement key, string algorithm)
    {
        if (algorithm == "ES256")
        {
            using var made = ECDsa.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, Q = new() { X = Bytes(key, "x"), Y = Bytes(key, "y") }, D = Bytes(key, "d") });
            return;
        }
        if (Bytes(key, "n") is not { Length: >= RsaBytesMin })
            throw new FormatException("An RSA key of less than 2048 bits.");
        using var rsa = RSA.Create(new RSAParameters
        {
            Modulus = Bytes(key, "n"),
            Exponent = Bytes(key, "e"),
            D = Bytes(key, "d"),
            P = Bytes(key, "p"),
            Q = Bytes(key, "q"),
            DP = Bytes(key, "dp"),
            DQ = Bytes(key, "dq"),
            InverseQ = Bytes(key, "qi"),
        });
    }

    private static byte[]? Bytes(JsonElement key, string member)
        => key.TryGetProperty(member, out var value) ? Base64Url.DecodeFromChars(value.GetString()) : null;
}

using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Slipway.Core.Manifests;
using Slipway.Gateway.Http;
using Slipway.Gateway.Wires;

namespace Slipway.Gateway.Guarding;

/// <summary>
/// The fields by which browsers protect users (OWASP Secure Headers Project), written where the application has not said them
/// itself: what it says is always better informed.
/// </summary>
internal sealed class SecurityFields
{
    /// <summary>The field in which an application is told the nonce of its request.</summary>
    public static ReadOnlySpan<byte> NonceName => "X-Csp-Nonce"u8;

    /// <summary>How long a nonce is, in characters of Base64: 128 bits.</summary>
    public const int NonceLength = 24;

    private const string NoncePlace = "{nonce}";
    private const string StrictPolicy = "default-src 'self'; object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'";

    private readonly (byte[] Name, byte[] Value, bool IsForTls)[] _fields;
    private readonly byte[][] _policy;

    /// <summary>Prepares them.</summary>
    public SecurityFields(SecurityHeaders headers)
    {
        var policy = headers.Policy ?? (headers.Frames switch
        {
            FramePolicy.Deny => StrictPolicy,
            FramePolicy.Same => StrictPolicy.Replace("frame-ancestors 'none'", "frame-ancestors 'self'", StringComparison.Ordinal),
            _ => StrictPolicy.Replace("; frame-ancestors 'none'", "", StringComparison.Ordinal),
        });
        _policy = [.. policy.Split(NoncePlace).Select(Encoding.ASCII.GetBytes)];
        List<(string, string, bool)> fields =
        [
            ("X-Content-Type-Options", "nosniff", false),
            ("Referrer-Policy", "strict-origin-when-cross-origin", false),
            ("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()", false),
            ("Cross-Origin-Opener-Policy", "same-origin", false),
            ("Cross-Origin-Resource-Policy", "same-origin", false),
        ];
        if (headers.Frames != FramePolicy.Any)
            fields.Add(("X-Frame-Options", headers.Frames == FramePolicy.Deny ? "DENY" : "SAMEORIGIN", false));
        if (headers.Hsts > TimeSpan.Zero)
            fields.Add(("Strict-Transport-Security", $"max-age={(long)headers.Hsts.TotalSeconds}; includeSubDomains", true));
        _fields = [.. fields.Select(static field => (Encoding.ASCII.GetBytes(field.Item1), Encoding.ASCII.GetBytes(field.Item2), field.Item3))];
    }

    /// <summary>Whether every request needs a nonce.</summary>
    public bool NeedsNonce => _policy.Length > 1;

    /// <summary>Makes a nonce, <see cref="NonceLength"/> characters.</summary>
    public static void MakeNonce(Span<byte> nonce)
    {
        Span<byte> random = stackalloc byte[16];
        RandomNumberGenerator.Fill(random);
        Base64.EncodeToUtf8(random, nonce, out _, out _);
    }

    /// <summary>Writes those that an answer lacks.</summary>
    public void Write(WriteBuffer output, FieldLines fields, ReadOnlySpan<byte> head, bool isSecure, ReadOnlySpan<byte> nonce)
    {
        foreach (var (name, value, isForTls) in _fields)
        {
            if ((isSecure || !isForTls) && !fields.Contains(head, name))
                output.AppendField(name, value);
        }
        if (fields.Contains(head, "Content-Security-Policy"u8))
            return;
        output.Append("Content-Security-Policy: "u8);
        for (var i = 0; i < _policy.Length; i++)
        {
            if (i > 0)
                output.Append(nonce);
            output.Append(_policy[i]);
        }
        output.Append("\r\n"u8);
    }
}

using System.Net;
using System.Text;
using Slipway.Gateway.Http;
using Slipway.Gateway.Wires;

namespace Slipway.Gateway.Forwarding;

/// <summary>
/// Says to an instance who asked, over what and for which host. What a client says of itself is dropped; what a proxy on the
/// list of trusted ones says is kept, with its own address behind it.
/// </summary>
internal static class ForwardedFields
{
    /// <summary>Writes the fields.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="fields">Those of the request.</param>
    /// <param name="head">The bytes that they were read from.</param>
    /// <param name="peer">The address of whoever is connected.</param>
    /// <param name="isSecure">Whether over TLS.</param>
    /// <param name="isTrusted">Whether what it says of others is believed.</param>
    /// <param name="authority">The host that the request is for; may be empty.</param>
    public static void Write(
        WriteBuffer output, FieldLines fields, ReadOnlySpan<byte> head, ReadOnlySpan<byte> peer, bool isSecure, bool isTrusted, ReadOnlySpan<byte> authority)
    {
        if (isTrusted)
        {
            WriteTrusted(output, fields, head, peer, isSecure, authority);
            return;
        }
        output.AppendField("X-Forwarded-For"u8, peer);
        output.Append(isSecure ? "X-Forwarded-Proto: https\r\n"u8 : "X-Forwarded-Proto: http\r\n"u8);
        if (!authority.IsEmpty)
            output.AppendField("X-Forwarded-Host"u8, authority);
    }

    /// <summary>The client that a trusted proxy speaks for: the last address in X-Forwarded-For that is not itself trusted; null when it names none.</summary>
    public static IPAddress? ClientOf(FieldLines fields, ReadOnlySpan<byte> head, Networks trusted)
    {
        for (var i = fields.Count - 1; i >= 0; i--)
        {
            if (!IsNamed(fields, head, i, "x-forwarded-for"u8))
                continue;
            var rest = fields.ValueOf(head, i);
            while (!rest.IsEmpty)
            {
                var comma = rest.LastIndexOf((byte)',');
                var text = Octets.Trim(rest[(comma + 1)..]);
                rest = comma < 0 ? default : rest[..comma];
                if (!IPAddress.TryParse(Encoding.ASCII.GetString(text), out var address))
                    return null;
                if (!trusted.Contains(address))
                    return address;
            }
        }
        return null;
    }

    private static void WriteTrusted(
        WriteBuffer output, FieldLines fields, ReadOnlySpan<byte> head, ReadOnlySpan<byte> peer, bool isSecure, ReadOnlySpan<byte> authority)
    {
        output.Append("X-Forwarded-For: "u8);
        for (var i = 0; i < fields.Count; i++)
        {
            if (!IsNamed(fields, head, i, "x-forwarded-for"u8))
                continue;
            output.Append(fields.ValueOf(head, i));
            output.Append(", "u8);
        }
        output.Append(peer);
        output.Append("\r\n"u8);
        output.AppendField("X-Forwarded-Proto"u8, Said(fields, head, "x-forwarded-proto"u8, isSecure ? "https"u8 : "http"u8));
        if (Said(fields, head, "x-forwarded-host"u8, authority) is { IsEmpty: false } host)
            output.AppendField("X-Forwarded-Host"u8, host);
    }

    private static ReadOnlySpan<byte> Said(FieldLines fields, ReadOnlySpan<byte> head, ReadOnlySpan<byte> name, ReadOnlySpan<byte> otherwise)
    {
        for (var i = 0; i < fields.Count; i++)
        {
            if (IsNamed(fields, head, i, name))
                return fields.ValueOf(head, i);
        }
        return otherwise;
    }

    private static bool IsNamed(FieldLines fields, ReadOnlySpan<byte> head, int index, ReadOnlySpan<byte> name)
    {
        ref readonly var field = ref fields.All[index];
        return field.Kind == FieldKind.Forwarded && Octets.Same(head.Slice(field.NameAt, field.NameLength), name);
    }
}

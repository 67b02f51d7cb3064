using System.Diagnostics;
using System.Text;
using Slipway.Core.Manifests;
using Slipway.Gateway.Forwarding;
using Slipway.Gateway.Http;
using Slipway.Gateway.Wires;

namespace Slipway.Gateway.Proxying;

/// <summary>Writes the heads that go on: framing and connection fields anew, what is meant for one hop left out.</summary>
internal static class HeadWriter
{
    /// <summary>Writes the head of the request to an instance.</summary>
    public static void WriteRequest(
        WriteBuffer output, RequestHead request, ReadOnlySpan<byte> head, Route route, int prefixLength,
        RequestId id, WithheldFields withheld, ReadOnlySpan<byte> moreFields, Activity? span, ClientConnection client, ReadOnlySpan<byte> ownAuthority)
    {
        var isStripped = route.StripPath && prefixLength > 0;
        WriteRequestLine(output, request, head, isStripped ? prefixLength : 0);
        var authority = request.Authority(head);
        output.AppendField("Host"u8, authority.IsEmpty ? ownAuthority : authority);
        WriteFields(output, request.Fields, head, withheld.OfRequests);
        var fields = request.Fields;
        if (fields.IsChunked)
            output.Append("Transfer-Encoding: chunked\r\n"u8);
        else if (fields.ContentLength >= 0)
            WriteLength(output, fields.ContentLength);
        if (fields.Expect >= 0 && request.HasBody && request.MinorVersion == 1)
            output.Append("Expect: 100-continue\r\n"u8);
        if (request.WantsUpgrade)
        {
            output.Append("Connection: Upgrade\r\n"u8);
            output.AppendField("Upgrade"u8, fields.ValueOf(head, fields.Upgrade));
        }
        ForwardedFields.Write(output, fields, head, client.Address, client.IsSecure, client.IsTrusted, authority);
        if (isStripped)
            output.AppendField("X-Forwarded-Prefix"u8, request.Path(head)[..prefixLength]);
        output.AppendField("X-Request-Id"u8, id.Text);
        output.Append(moreFields);
        if (span?.Id is { } own)
            output.AppendField("traceparent"u8, Encoding.ASCII.GetBytes(own));
        else if (fields.TraceParent >= 0 && fields.ValueOf(head, fields.TraceParent) is var trace && TraceContext.IsSound(trace))
            output.AppendField("traceparent"u8, trace);
        else
            TraceContext.WriteNew(output, id.Text);
        output.Append("\r\n"u8);
    }

    /// <summary>Writes the head of the answer to a client.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="response">The instance's answer.</param>
    /// <param name="head">The bytes that it was read from.</param>
    /// <param name="withheld">What is not passed on.</param>
    /// <param name="isChunked">Whether its body goes on in chunks.</param>
    /// <param name="connection">What Connection says; empty for nothing.</param>
    /// <param name="cookie">The cookie that names the release; empty for none.</param>
    /// <param name="moreFields">Whole field lines of the gateway's own; empty for none.</param>
    public static void WriteResponse(
        WriteBuffer output, ResponseHead response, ReadOnlySpan<byte> head, WithheldFields withheld, bool isChunked,
        ReadOnlySpan<byte> connection, ReadOnlySpan<byte> cookie, ReadOnlySpan<byte> moreFields)
    {
        WriteStatusLine(output, response, head);
        WriteFields(output, response.Fields, head, withheld.OfAnswers);
        if (isChunked)
            output.Append("Transfer-Encoding: chunked\r\n"u8);
        else if (response.Fields.ContentLength >= 0 && response.Status is >= 200 and not 204)
            WriteLength(output, response.Fields.ContentLength);
        if (!connection.IsEmpty)
            output.AppendField("Connection"u8, connection);
        if (!cookie.IsEmpty)
            output.AppendField("Set-Cookie"u8, cookie);
        output.Append(moreFields);
        output.Append("\r\n"u8);
    }

    /// <summary>Writes an interim answer, or the one that switches protocols.</summary>
    public static void WriteInterim(WriteBuffer output, ResponseHead response, ReadOnlySpan<byte> head)
    {
        WriteStatusLine(output, response, head);
        WriteFields(output, response.Fields, head, WithheldFields.Always);
        if (response.Status == 101)
        {
            output.Append("Connection: Upgrade\r\n"u8);
            if (response.Fields.Upgrade >= 0)
                output.AppendField("Upgrade"u8, response.Fields.ValueOf(head, response.Fields.Upgrade));
        }
        output.Append("\r\n"u8);
    }

    private static void WriteRequestLine(WriteBuffer output, RequestHead request, ReadOnlySpan<byte> head, int stripped)
    {
        output.Append(request.Method(head));
        output.Append(" "u8);
        var path = request.Path(head)[stripped..];
        output.Append(path.IsEmpty ? "/"u8 : path);
        output.Append(request.Query(head));
        output.Append(" HTTP/1.1\r\n"u8);
    }

    private static void WriteStatusLine(WriteBuffer output, ResponseHead response, ReadOnlySpan<byte> head)
    {
        output.Append("HTTP/1.1 "u8);
        output.AppendNumber(response.Status);
        output.Append(" "u8);
        output.Append(response.Reason(head));
        output.Append("\r\n"u8);
    }

    private static void WriteLength(WriteBuffer output, long length)
    {
        output.Append("Content-Length: "u8);
        output.AppendNumber(length);
        output.Append("\r\n"u8);
    }

    private static void WriteFields(WriteBuffer output, FieldLines fields, ReadOnlySpan<byte> head, int withheld)
    {
        output.Reserve(head.Length + 4 * fields.Count);
        foreach (ref readonly var field in fields.All)
        {
            if ((withheld >> (int)field.Kind & 1) != 0)
                continue;
            var name = head.Slice(field.NameAt, field.NameLength);
            if (!fields.IsNominated(head, name))
                output.AppendField(name, head.Slice(field.ValueAt, field.ValueLength));
        }
    }
}

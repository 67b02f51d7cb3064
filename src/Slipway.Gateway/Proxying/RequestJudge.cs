using Slipway.Gateway.Http;
using Slipway.Gateway.Validation;
using Slipway.Gateway.Wires;

namespace Slipway.Gateway.Proxying;

/// <summary>Has one request judged: its head, then as much of its body as is judged, which it reads before anything is sent on.</summary>
internal sealed class RequestJudge
{
    // The head and this much of a body fit a large slab; what lies beyond is not judged.
    private const int JudgedBytesMax = 64 * 1024 - 1;

    [ThreadStatic]
    private static RequestInspector? t_inspector;

    private byte[] _decoded = [];
    private int _decodedLength;

    /// <summary>Judges path, query and fields.</summary>
    /// <param name="request">Whose.</param>
    /// <param name="head">The bytes that it was read from.</param>
    /// <param name="excepted">What is not looked for.</param>
    public static Finding JudgeHead(RequestHead request, ReadOnlySpan<byte> head, int excepted)
    {
        var inspector = Inspector(excepted);
        var query = request.Query(head);
        var finding = inspector.Target(request.Path(head), query.IsEmpty ? query : query[1..]);
        for (var i = 0; i < request.Fields.Count && !finding.IsAttack; i++)
        {
            ref readonly var field = ref request.Fields.All[i];
            finding = inspector.Field(head.Slice(field.NameAt, field.NameLength), request.Fields.ValueOf(head, i));
        }
        return finding;
    }

    /// <summary>Judges what has been read of the body.</summary>
    /// <param name="request">Whose.</param>
    /// <param name="head">The bytes that it was read from.</param>
    /// <param name="raw">What lies behind them.</param>
    /// <param name="excepted">What is not looked for.</param>
    public Finding JudgeBody(RequestHead request, ReadOnlySpan<byte> head, ReadOnlySpan<byte> raw, int excepted)
        => Inspector(excepted).Body(
            ContentType(request, head),
            request.Fields.IsChunked ? _decoded.AsSpan(0, _decodedLength) : raw[..(int)Math.Min(raw.Length, request.Fields.ContentLength)]);

    /// <summary>Reads as much of the body as is judged, behind the head; false when it does not come in time.</summary>
    public async ValueTask<bool> ReadAsync(ClientConnection client, RequestHead request, int headLength, Deadlines deadlines)
    {
        if (!RequestInspector.Judges(ContentType(request, client.Buffer.Unread[..headLength])))
            return true;
        if (request.Fields.Expect >= 0 && request.MinorVersion == 1)
        {
            request.Fields.MeetExpectation();
            if (!await client.Wire.SendAsync("HTTP/1.1 100 Continue\r\n\r\n"u8.ToArray(), Deadlines.After(deadlines.Write)))
                return false;
        }
        var decoder = request.Fields.IsChunked ? new ChunkedDecoder() : null;
        if (decoder is not null)
            _decoded = SlabPool.Large.Rent();
        decoder?.Begin(keepsTrailers: false);
        var seen = 0;
        while (!IsHere(decoder, client.Buffer.Unread[headLength..], request.Fields.ContentLength, ref seen) && client.Buffer.Length < JudgedBytesMax)
        {
            var count = await client.Wire.ReceiveAsync(client.Buffer.Space(), Deadlines.After(deadlines.Body));
            if (count <= 0)
            {
                if (count != Wire.Expired)
                    client.Wire.Close();
                return false;
            }
            client.Buffer.Filled(count);
        }
        return true;
    }

    /// <summary>Forgets the request.</summary>
    public void Release()
    {
        if (_decoded.Length > 0)
            SlabPool.Return(_decoded);
        (_decoded, _decodedLength) = ([], 0);
    }

    /// <summary>Takes what has come of the body; true when all of it is here, or what has come is no proper body.</summary>
    private bool IsHere(ChunkedDecoder? decoder, ReadOnlySpan<byte> raw, long length, ref int seen)
    {
        if (decoder is null)
            return raw.Length >= length;
        _decodedLength += decoder.Decode(raw[seen..], _decoded.AsSpan(_decodedLength), out var consumed);
        seen += consumed;
        return decoder.IsDone || decoder.IsBroken;
    }

    private static ReadOnlySpan<byte> ContentType(RequestHead request, ReadOnlySpan<byte> head) => request.Fields.ValueOf(head, "content-type"u8);

    private static RequestInspector Inspector(int excepted)
    {
        var inspector = t_inspector ??= new();
        inspector.Excepted = excepted;
        return inspector;
    }
}

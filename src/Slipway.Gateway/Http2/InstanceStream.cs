using Slipway.Gateway.Http;

namespace Slipway.Gateway.Http2;

/// <summary>A stream for one request to an instance: the request can be sent, and its answer be read.</summary>
internal sealed class InstanceStream(InstanceConnection connection) : StreamWire(connection, 0)
{
    private readonly FieldLines _fields = new();
    private bool _isHead;

    /// <summary>An instance that has answered may give the rest of the request up: its answer is there all the same.</summary>
    protected override bool CanRead => !IsShut && (!IsReset || Incoming.HasEnded);

    /// <summary>Takes a list of fields in: the head of an answer, one before it, or what follows its body.</summary>
    public Http2Error TakeFieldsLocked(Http2Answer answer, bool isLast)
    {
        if (IsClosed)
            return Http2Error.None;
        if (Incoming.HasEnded)
            return Http2Error.StreamClosed;
        if (answer.IsMalformed || answer.Status > 0 == Incoming.HasBegun)
            return Http2Error.Protocol;
        if (Incoming.HasBegun)
        {
            if (!isLast || !Incoming.TryEnd(answer.Lines))
                return Http2Error.Protocol;
        }
        else if (answer.Status < 200)
        {
            if (isLast)
                return Http2Error.Protocol;
            Incoming.AddInterim(answer);
        }
        else
        {
            answer.AnswersHead = _isHead;
            Incoming.Begin(answer, isLast);
        }
        NoteNewsLocked();
        return Http2Error.None;
    }

    /// <summary>A message cannot be left without its end: it is given up.</summary>
    public override void EndSending() => Close();

    /// <inheritdoc/>
    protected override bool TrySendHeadLocked(ReadOnlySpan<byte> head)
    {
        if (_fields.Parse(head, head.IndexOf("\r\n"u8) + 2) != HeadFault.None)
            return false;
        Id = connection.OpenLocked(this, out var window);
        if (Id == 0)
            return false;
        SendWindow = window;
        _isHead = head.StartsWith("HEAD "u8);
        BeginBodyLocked(_fields.IsChunked ? BodyFraming.Chunked : _fields.ContentLength > 0 ? BodyFraming.Length : BodyFraming.None, _fields.ContentLength);
        connection.Sender.SendRequest(Id, head, _fields, HasSentAll);
        return true;
    }

    /// <inheritdoc/>
    protected override void ForgetLocked() => connection.RemoveLocked(this);
}

using Slipway.Gateway.Http;

namespace Slipway.Gateway.Http2;

/// <summary>A stream that a client has begun: its request can be read, and an answer be sent.</summary>
internal sealed class Http2Stream : StreamWire
{
    private readonly Http2Connection _connection;
    private readonly ResponseHead _response = new();
    private readonly bool _isHead;

    /// <summary>Takes a request's head in.</summary>
    /// <param name="connection">The client's.</param>
    /// <param name="id">Its number.</param>
    /// <param name="sendWindow">So much may be sent, in bytes.</param>
    /// <param name="request">The head.</param>
    /// <param name="hasEnded">Whether nothing follows it.</param>
    public Http2Stream(Http2Connection connection, int id, long sendWindow, Http2Request request, bool hasEnded)
        : base(connection, sendWindow)
    {
        _connection = connection;
        Id = id;
        _isHead = request.IsHead;
        Incoming.Begin(request, hasEnded);
    }

    /// <summary>The request has ended with its trailers, which go no further; an error when it breaks a rule.</summary>
    public Http2Error EndRequestLocked()
    {
        if (IsClosed)
            return Http2Error.None;
        if (Incoming.HasEnded)
            return Http2Error.StreamClosed;
        if (!Incoming.TryEnd(default))
            return Http2Error.Protocol;
        NoteNewsLocked();
        return Http2Error.None;
    }

    /// <summary>Nobody reads what the client still sends: it is told so (RFC 9113, section 8.1).</summary>
    public override void EndSending()
    {
        lock (_connection.Sync)
        {
            if (!IsClosed && !Incoming.HasEnded)
                ResetLocked(ReasonToClose(Http2Error.Internal));
        }
    }

    /// <inheritdoc/>
    protected override bool TrySendHeadLocked(ReadOnlySpan<byte> head)
    {
        if (_response.Parse(head) != HeadFault.None || _response.Status == 101)
            return false;
        var isInterim = _response.Status < 200;
        if (!isInterim)
            BeginBodyLocked(_response.Framing(_isHead), _response.Fields.ContentLength);
        _connection.Sender.SendHead(Id, _response, head, HasSentAll && !isInterim);
        return true;
    }

    /// <summary>Who has the whole answer need not send the rest of the request.</summary>
    protected override Http2Error ReasonToClose(Http2Error error) => HasSentAll ? Http2Error.None : error;

    /// <inheritdoc/>
    protected override void ForgetLocked() => _connection.RemoveLocked(this);
}

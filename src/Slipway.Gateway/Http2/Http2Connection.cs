using Slipway.Gateway.Proxying;

namespace Slipway.Gateway.Http2;

/// <summary>
/// A client's connection that speaks HTTP/2. It hands each request to a connection of its own that speaks HTTP/1.1 (<see cref="Http2Stream"/>), so
/// that routes, protections and counters know no difference.
/// </summary>
internal sealed class Http2Connection : FrameConnection
{
    private const int StreamsMax = 128;
    private const int ResetsMax = 200;

    private readonly ClientConnection _client;
    private readonly DataPlane _plane;
    private readonly Http2Request _request = new();
    private int _resets;

    /// <summary>Takes over a connection whose preface has not been read.</summary>
    public Http2Connection(DataPlane plane, ClientConnection client)
        : base(client.Engine, client.Wire, client.Buffer, plane.Deadlines)
        => (_plane, _client) = (plane, client);

    /// <summary>Serves it to its end.</summary>
    public async Task RunAsync()
    {
        lock (Sync)
        {
            Sender.SendSettings([(Http2Setting.StreamsMax, StreamsMax), (Http2Setting.ListBytesMax, Http2Request.ListBytesMax)]);
            Sender.SendWindowUpdate(0, ConnectionWindow - StreamWindow);
        }
        Http2Error? error = Http2Error.Internal;
        try
        {
            error = await Reader.ReadPrefaceAsync() ? await ReadFramesAsync() : Http2Error.Protocol;
        }
        finally
        {
            // However it ends, no stream is left behind.
            lock (Sync)
            {
                if (error is { } fault and not Http2Error.None)
                    Sender.SendGoAway(LastStream, fault);
                EndLocked();
            }
        }
        await Output.DrainAsync();
        if (error is not null and not Http2Error.None)
            await _client.LingerAsync(Deadlines.After(_plane.Deadlines.Linger));
        Fields.Release();
        _request.Begin();
    }

    /// <summary>Tells the client to go elsewhere with further requests; closes it when it is at rest.</summary>
    public void Leave()
    {
        lock (Sync)
        {
            LeaveLocked();
            if (Streams.Count == 0)
                Wire.TryCutRead();
        }
    }

    /// <summary>A stream has ended.</summary>
    public void RemoveLocked(Http2Stream stream)
    {
        Streams.Remove(stream.Id);
        if (stream.HasSentAll && _resets > 0)
            _resets--;
        if (Streams.Count > 0)
            return;
        if (IsLeaving)
            Wire.TryCutRead();
        else
            Wire.HastenRead(Deadlines.After(_plane.Deadlines.Idle));
    }

    /// <inheritdoc/>
    protected override IFieldTaker BeginList()
    {
        _request.Begin();
        return _request;
    }

    /// <summary>A whole list has come: a request, or the end of one.</summary>
    protected override Http2Error TakeList()
    {
        Http2Stream stream;
        var hasEnded = Fields.Of.Has(FrameHead.EndStream);
        lock (Sync)
        {
            if (Streams.TryGetValue(Fields.Of.Stream, out var known))
            {
                var fault = hasEnded ? ((Http2Stream)known).EndRequestLocked() : Http2Error.Protocol;
                if (fault != Http2Error.None)
                    RefuseLocked(known, fault);
                return Http2Error.None;
            }
            if (Fields.Of.Stream <= LastStream)
                return Http2Error.StreamClosed;
            LastStream = Fields.Of.Stream;
            NoteMessage();
            if (IsLeaving || Streams.Count >= StreamsMax)
            {
                Sender.SendReset(Fields.Of.Stream, Http2Error.RefusedStream);
                return Http2Error.None;
            }
            _request.End();
            if (_request.IsTooLarge || _request.IsMalformed)
            {
                _plane.Book.CountRefused();
                RefuseRequestLocked();
                return Http2Error.None;
            }
            stream = new(this, Fields.Of.Stream, StreamSendWindow, _request, hasEnded);
            Streams.Add(stream.Id, stream);
            if (_plane.IsDraining)
                LeaveLocked();
        }
        _ = new ClientConnection(_client, stream).RunAsync();
        return Http2Error.None;
    }

    /// <inheritdoc/>
    protected override Http2Error TakeResetLocked(StreamWire? stream)
    {
        stream?.AbortLocked();
        // Those who begin requests only to give them up (CVE-2023-44487) are known by letting hardly any end.
        return ++_resets > ResetsMax ? Http2Error.EnhanceYourCalm : Http2Error.None;
    }

    private void RefuseRequestLocked()
    {
        if (!_request.IsTooLarge)
        {
            Sender.SendReset(Fields.Of.Stream, Http2Error.Protocol);
            return;
        }
        Sender.SendStatus(Fields.Of.Stream, 431);
        if (!Fields.Of.Has(FrameHead.EndStream))
            Sender.SendReset(Fields.Of.Stream, Http2Error.None);
    }

    private void LeaveLocked()
    {
        if (!IsLeaving)
            Sender.SendGoAway(LastStream, Http2Error.None);
        IsLeaving = true;
    }
}

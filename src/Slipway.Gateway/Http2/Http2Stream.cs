using System.Net;
using Slipway.Gateway.Http;
using Slipway.Gateway.Wires;

namespace Slipway.Gateway.Http2;

/// <summary>
/// One stream as a connection of its own that speaks HTTP/1.1 and carries one request: what is read from it is the request as
/// <see cref="Http2Request"/> has put it, what is sent on it is taken apart again into frames. All its state is guarded by the
/// connection's lock; whoever waits is woken on the engine.
/// </summary>
internal sealed class Http2Stream(Http2Connection connection, int id, long sendWindow) : Wire
{
    private const int CreditAt = 16 * 1024;
    private const int PieceBytes = FrameHead.PayloadBytesMax;

    private readonly IncomingRequest _incoming = new();
    private readonly ByteQueue _head = new();
    private readonly ResponseHead _response = new();
    private readonly BodyDecoder _body = new();
    private int _consumed;
    private long _receiveWindow = Http2Connection.StreamWindow;
    private bool _isAnswering;
    private bool _isAnswered;
    private bool _isReset;
    private bool _isClosed;
    private bool _isHeadRequest;
    private Waiting? _reader;
    private Waiting? _writer;

    private sealed record Waiting(TaskCompletionSource<int> Turn)
    {
        public long Due { get; set; }
    }

    /// <summary>Its number.</summary>
    public int Id => id;

    /// <summary>So much more may be sent, in bytes.</summary>
    public long SendWindow { get; private set; } = sendWindow;

    /// <summary>Whether its whole answer has been sent.</summary>
    public bool IsAnswered => _isAnswered;

    /// <inheritdoc/>
    public override bool IsClosed => _isClosed || _isReset;

    /// <inheritdoc/>
    public override IPEndPoint? Peer => null;

    /// <summary>Takes the request's head in.</summary>
    public void BeginLocked(Http2Request request, bool hasEnded, bool isHead)
    {
        _incoming.Begin(request, hasEnded);
        _isHeadRequest = isHead;
    }

    /// <summary>Takes a piece of the request's body in; an error when it breaks a rule.</summary>
    /// <param name="data">The piece.</param>
    /// <param name="flowBytes">How much of the window it takes, padding included.</param>
    /// <param name="isLast">Whether nothing follows.</param>
    public Http2Error TakeDataLocked(ReadOnlySpan<byte> data, int flowBytes, bool isLast)
    {
        if (IsClosed)
        {
            connection.CreditLocked(flowBytes);
            return Http2Error.None;
        }
        if (_incoming.HasEnded)
            return Http2Error.StreamClosed;
        if (flowBytes > _receiveWindow)
            return Http2Error.FlowControl;
        _receiveWindow -= flowBytes;
        // Padding is taken as it comes.
        _consumed += flowBytes - data.Length;
        if (!_incoming.TryAppend(data, isLast))
            return Http2Error.Protocol;
        WakeLocked(ref _reader, 1);
        return Http2Error.None;
    }

    /// <summary>The request has ended with its trailers, which go no further; an error when it breaks a rule.</summary>
    public Http2Error EndRequestLocked()
    {
        if (IsClosed)
            return Http2Error.None;
        if (_incoming.HasEnded)
            return Http2Error.StreamClosed;
        if (!_incoming.TryAppend(default, isLast: true))
            return Http2Error.Protocol;
        WakeLocked(ref _reader, 1);
        return Http2Error.None;
    }

    /// <summary>More may be sent, or less; false when the window grows beyond what there can be.</summary>
    public bool TryGrowLocked(long bytes)
    {
        SendWindow += bytes;
        WakeLocked(ref _writer, 1);
        return SendWindow <= int.MaxValue;
    }

    /// <summary>Something that it waits for may have happened to the connection.</summary>
    public void LookAgainLocked() => WakeLocked(ref _writer, 1);

    /// <summary>The client has given it up, or the connection is gone.</summary>
    public void AbortLocked()
    {
        _isReset = true;
        WakeLocked(ref _reader, Failed);
        WakeLocked(ref _writer, Failed);
    }

    /// <inheritdoc/>
    public override async ValueTask<int> ReceiveAsync(Memory<byte> space, long due)
    {
        while (true)
        {
            Waiting waiting;
            lock (connection.Sync)
            {
                if (IsClosed)
                    return Failed;
                var count = _incoming.Take(space.Span, out var body);
                TakenLocked(body);
                if (count > 0 || (space.IsEmpty && _incoming.HasNews))
                    return count;
                if (_incoming.HasEnded)
                    return Ended;
                waiting = _reader = new(new());
                waiting.Due = due;
            }
            if (await waiting.Turn.Task is var outcome and < 0)
                return outcome;
        }
    }

    /// <inheritdoc/>
    public override async ValueTask<int> ReadableAsync(long due)
        => await ReceiveAsync(Memory<byte>.Empty, due) is var outcome && outcome < 0 ? outcome : 1;

    /// <inheritdoc/>
    public override async ValueTask<bool> SendAsync(ReadOnlyMemory<byte> bytes, long due)
    {
        while (true)
        {
            if (!_isAnswering)
            {
                if (!TakeHead(ref bytes))
                    return !IsClosed;
                continue;
            }
            if (_isAnswered)
                return !IsClosed;
            var piece = new byte[Math.Min(bytes.Length, PieceBytes)];
            var count = _body.Copy(bytes.Span, piece, out var consumed);
            bytes = bytes[consumed..];
            if (_body.IsBroken)
                return false;
            if ((count > 0 || _body.IsDone) && !await SendDataAsync(piece.AsMemory(0, count), _body.IsDone, due))
                return false;
            if (bytes.IsEmpty)
                return true;
        }
    }

    /// <inheritdoc/>
    public override void CapRead(long due)
    {
    }

    /// <inheritdoc/>
    public override void HastenRead(long due)
    {
        lock (connection.Sync)
        {
            if (_reader is { } reader && reader.Due > due)
                reader.Due = due;
        }
    }

    /// <inheritdoc/>
    public override bool TryCutRead()
    {
        lock (connection.Sync)
            return WakeLocked(ref _reader, Expired);
    }

    /// <inheritdoc/>
    public override void Sweep(long now)
    {
        lock (connection.Sync)
        {
            if (_reader is { } reader && now >= reader.Due)
                WakeLocked(ref _reader, Expired);
            if (_writer is { } writer && now >= writer.Due)
                WakeLocked(ref _writer, Expired);
        }
    }

    /// <inheritdoc/>
    public override bool HasNews(bool asksKernel)
    {
        lock (connection.Sync)
            return IsClosed || _incoming.HasNews;
    }

    /// <inheritdoc/>
    public override bool HasPeerEnded() => _isReset;

    /// <summary>Nobody reads what the client still sends: it is told so (RFC 9113, section 8.1).</summary>
    public override void EndSending()
    {
        lock (connection.Sync)
        {
            if (!IsClosed && !_incoming.HasEnded)
                ResetLocked(_isAnswered ? Http2Error.None : Http2Error.Internal);
        }
    }

    /// <inheritdoc/>
    public override void Close() => CloseWith(Http2Error.Cancel);

    /// <inheritdoc/>
    public override void Reset() => CloseWith(Http2Error.Internal);

    private void CloseWith(Http2Error error)
    {
        lock (connection.Sync)
        {
            if (_isClosed)
                return;
            if (!_isReset && !(_isAnswered && _incoming.HasEnded))
                ResetLocked(_isAnswered ? Http2Error.None : error);
            _isClosed = true;
            connection.CreditLocked(_consumed + _incoming.BodyBytes);
            _incoming.Release();
            _head.Release();
            WakeLocked(ref _reader, Failed);
            WakeLocked(ref _writer, Failed);
            connection.RemoveLocked(this);
        }
    }

    private void ResetLocked(Http2Error error)
    {
        _isReset = true;
        connection.Sender.SendReset(id, error);
    }

    /// <summary>So much of the body has been taken: the client may go on, by large steps.</summary>
    private void TakenLocked(int count)
    {
        _consumed += count;
        if (count == 0 || _incoming.HasEnded || (_consumed < CreditAt && _incoming.HasNews))
            return;
        connection.CreditLocked(_consumed);
        connection.Sender.SendWindowUpdate(id, _consumed);
        _receiveWindow += _consumed;
        _consumed = 0;
    }

    /// <summary>Takes what belongs to a head; false when more must come.</summary>
    private bool TakeHead(ref ReadOnlyMemory<byte> bytes)
    {
        var before = _head.Length;
        _head.Append(bytes.Span);
        var seen = 0;
        var length = _head.Length == 0 ? 0 : HeadScanner.Find(_head.Unread, ref seen);
        if (length <= 0)
        {
            bytes = default;
            return false;
        }
        bytes = bytes[(length - before)..];
        var head = _head.Unread[..length];
        var isSound = _response.Parse(head) == HeadFault.None && _response.Status != 101;
        lock (connection.Sync)
        {
            if (isSound && !IsClosed)
                SendHeadLocked(head);
            else if (!IsClosed)
                ResetLocked(Http2Error.Internal);
        }
        _head.Release();
        return isSound && !IsClosed;
    }

    private void SendHeadLocked(ReadOnlySpan<byte> head)
    {
        var isInterim = _response.Status < 200;
        if (!isInterim)
        {
            _body.Begin(_response.Framing(_isHeadRequest), _response.Fields.ContentLength);
            _isAnswering = true;
            _isAnswered = _body.IsDone;
        }
        connection.Sender.SendHead(id, _response, head, _isAnswered && !isInterim);
    }

    private async ValueTask<bool> SendDataAsync(ReadOnlyMemory<byte> data, bool isLast, long due)
    {
        while (true)
        {
            Waiting? waiting = null;
            lock (connection.Sync)
            {
                if (IsClosed)
                    return false;
                var count = connection.Sender.SendData(id, data.Span, SendWindow, isLast);
                if (count >= 0)
                {
                    SendWindow -= count;
                    data = data[count..];
                    if (data.IsEmpty)
                    {
                        _isAnswered = isLast;
                        return true;
                    }
                }
                else
                {
                    waiting = _writer = new(new());
                    waiting.Due = due;
                }
            }
            if (waiting is not null && await waiting.Turn.Task < 0)
            {
                // Whoever takes nothing for so long is gone.
                lock (connection.Sync)
                {
                    if (!IsClosed)
                        ResetLocked(Http2Error.Cancel);
                }
                return false;
            }
        }
    }

    private bool WakeLocked(ref Waiting? waiting, int outcome)
    {
        if (waiting is not { } one)
            return false;
        waiting = null;
        connection.Engine.Post(() => one.Turn.SetResult(outcome));
        return true;
    }
}

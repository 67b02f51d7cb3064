using System.Net;
using Slipway.Gateway.Http;
using Slipway.Gateway.Wires;

namespace Slipway.Gateway.Http2;

/// <summary>
/// One stream as a connection of its own that speaks HTTP/1.1 and carries one request: what is read from it has been put as
/// <see cref="IncomingMessage"/> has it, what is sent on it is taken apart again into frames. All its state is guarded by the
/// connection's lock; whoever waits is woken on the engine.
/// </summary>
internal abstract class StreamWire(FrameConnection connection, long sendWindow) : Wire
{
    private const int CreditAt = 16 * 1024;
    private const int PieceBytes = FrameHead.PayloadBytesMax;

    private readonly ByteQueue _head = new();
    private int _consumed;
    private long _receiveWindow = FrameConnection.StreamWindow;
    private long _cap = Capped;
    private bool _isBodyBegun;
    private Waiting? _reader;
    private Waiting? _writer;

    private sealed record Waiting(TaskCompletionSource<int> Turn, bool IsCapped)
    {
        public long Due { get; set; }
    }

    /// <summary>Its number; 0 until it has one.</summary>
    public int Id { get; protected set; }

    /// <summary>So much more may be sent, in bytes.</summary>
    public long SendWindow { get; protected set; } = sendWindow;

    /// <summary>Whether all that is to be sent has been.</summary>
    public bool HasSentAll { get; private set; }

    /// <inheritdoc/>
    public sealed override bool IsClosed => IsShut || IsReset;

    /// <inheritdoc/>
    public sealed override IPEndPoint? Peer => null;

    /// <summary>What has come and nobody has taken.</summary>
    protected IncomingMessage Incoming { get; } = new();

    /// <summary>The body that is being sent, as it comes in.</summary>
    protected BodyDecoder Body { get; } = new();

    /// <summary>Whether it was given up, from either side.</summary>
    protected bool IsReset { get; private set; }

    /// <summary>Whether it was closed here.</summary>
    protected bool IsShut { get; private set; }

    /// <summary>Whether what has come may still be taken.</summary>
    protected virtual bool CanRead => !IsClosed;

    /// <summary>Takes a piece of a body in; an error when it breaks a rule.</summary>
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
        if (Incoming.HasEnded)
            return Http2Error.StreamClosed;
        if (flowBytes > _receiveWindow)
            return Http2Error.FlowControl;
        if (!Incoming.HasBegun)
            return Http2Error.Protocol;
        _receiveWindow -= flowBytes;
        // Padding is taken as it comes.
        _consumed += flowBytes - data.Length;
        if (!Incoming.TryAppend(data, isLast))
            return Http2Error.Protocol;
        NoteNewsLocked();
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

    /// <summary>The peer has given it up, or the connection is gone.</summary>
    public void AbortLocked()
    {
        IsReset = true;
        WakeLocked(ref _reader, CanRead ? 1 : Failed);
        WakeLocked(ref _writer, Failed);
    }

    /// <inheritdoc/>
    public sealed override async ValueTask<int> ReceiveAsync(Memory<byte> space, long due)
    {
        while (true)
        {
            Waiting waiting;
            lock (connection.Sync)
            {
                if (!CanRead)
                    return Failed;
                var count = Incoming.Take(space.Span, out var body);
                TakenLocked(body);
                if (count > 0 || (space.IsEmpty && Incoming.HasNews))
                    return count;
                if (Incoming.HasEnded)
                    return Ended;
                waiting = _reader = new(new(), due == Capped);
                waiting.Due = due == Capped ? _cap : due;
            }
            if (await waiting.Turn.Task is var outcome and < 0)
                return outcome;
        }
    }

    /// <inheritdoc/>
    public sealed override async ValueTask<int> ReadableAsync(long due)
        => await ReceiveAsync(Memory<byte>.Empty, due) is var outcome && outcome < 0 ? outcome : 1;

    /// <inheritdoc/>
    public sealed override async ValueTask<bool> SendAsync(ReadOnlyMemory<byte> bytes, long due)
    {
        while (true)
        {
            if (!_isBodyBegun)
            {
                if (!TakeHead(ref bytes))
                    return !IsClosed;
                continue;
            }
            if (HasSentAll)
                return !IsClosed;
            var piece = new byte[Math.Min(bytes.Length, PieceBytes)];
            var count = Body.Copy(bytes.Span, piece, out var consumed);
            bytes = bytes[consumed..];
            if (Body.IsBroken)
                return false;
            var hasTrailers = Body.IsDone && !Body.Trailers.IsEmpty;
            var isLast = Body.IsDone && !hasTrailers;
            if ((count > 0 || isLast) && !await SendDataAsync(piece.AsMemory(0, count), isLast, due))
                return false;
            if (hasTrailers)
                SendTrailers();
            if (bytes.IsEmpty)
                return !hasTrailers || !IsClosed;
        }
    }

    /// <inheritdoc/>
    public sealed override void CapRead(long due)
    {
        lock (connection.Sync)
        {
            _cap = due;
            if (_reader is { IsCapped: true } reader)
                reader.Due = due;
        }
    }

    /// <inheritdoc/>
    public sealed override void HastenRead(long due)
    {
        lock (connection.Sync)
        {
            if (_reader is { } reader && reader.Due > due)
                reader.Due = due;
        }
    }

    /// <inheritdoc/>
    public sealed override bool TryCutRead()
    {
        lock (connection.Sync)
            return WakeLocked(ref _reader, Expired);
    }

    /// <inheritdoc/>
    public sealed override void Sweep(long now)
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
    public sealed override bool HasNews(bool asksKernel)
    {
        lock (connection.Sync)
            return IsClosed || Incoming.HasNews;
    }

    /// <inheritdoc/>
    public sealed override bool HasPeerEnded() => IsReset;

    /// <inheritdoc/>
    public sealed override void Close() => CloseWith(Http2Error.Cancel);

    /// <inheritdoc/>
    public sealed override void Reset() => CloseWith(Http2Error.Internal);

    /// <summary>Sends a head that is whole, and says what body follows it (<see cref="BeginBodyLocked"/>); false when it cannot be sent.</summary>
    protected abstract bool TrySendHeadLocked(ReadOnlySpan<byte> head);

    /// <summary>What the peer is told when it is closed before its end.</summary>
    protected virtual Http2Error ReasonToClose(Http2Error error) => error;

    /// <summary>It is gone for good: the connection forgets it.</summary>
    protected abstract void ForgetLocked();

    /// <summary>What follows a head; when that is nothing, all has been sent.</summary>
    protected void BeginBodyLocked(BodyFraming framing, long length)
    {
        Body.Begin(framing, length, keepsTrailers: true);
        _isBodyBegun = true;
        HasSentAll = Body.IsDone;
    }

    /// <summary>Something can be taken.</summary>
    protected void NoteNewsLocked() => WakeLocked(ref _reader, 1);

    /// <summary>Gives it up and says so.</summary>
    protected void ResetLocked(Http2Error error)
    {
        IsReset = true;
        if (Id > 0)
            connection.Sender.SendReset(Id, error);
    }

    private void CloseWith(Http2Error error)
    {
        lock (connection.Sync)
        {
            if (IsShut)
                return;
            if (!IsReset && !(HasSentAll && Incoming.HasEnded))
                ResetLocked(ReasonToClose(error));
            IsShut = true;
            connection.CreditLocked(_consumed + Incoming.BodyBytes);
            Incoming.Release();
            _head.Release();
            WakeLocked(ref _reader, Failed);
            WakeLocked(ref _writer, Failed);
            ForgetLocked();
        }
    }

    /// <summary>So much of the body has been taken: the peer may go on, by large steps.</summary>
    private void TakenLocked(int count)
    {
        _consumed += count;
        if (count == 0 || Incoming.HasEnded || (_consumed < CreditAt && Incoming.HasNews))
            return;
        connection.CreditLocked(_consumed);
        connection.Sender.SendWindowUpdate(Id, _consumed);
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
        bool isSent;
        lock (connection.Sync)
        {
            isSent = !IsClosed && TrySendHeadLocked(_head.Unread[..length]);
            if (!isSent && !IsClosed)
                ResetLocked(Http2Error.Internal);
        }
        _head.Release();
        return isSent;
    }

    private void SendTrailers()
    {
        lock (connection.Sync)
        {
            if (IsClosed)
                return;
            connection.Sender.SendTrailers(Id, Body.Trailers);
            HasSentAll = true;
        }
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
                var count = connection.Sender.SendData(Id, data.Span, SendWindow, isLast);
                if (count >= 0)
                {
                    SendWindow -= count;
                    data = data[count..];
                    if (data.IsEmpty)
                    {
                        HasSentAll = isLast;
                        return true;
                    }
                }
                else
                {
                    waiting = _writer = new(new(), IsCapped: false);
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

using System.Net;
using System.Threading.Tasks.Sources;
using Slipway.Gateway.Wires;

namespace Slipway.Gateway.Engines;

/// <summary>
/// A wire of an <see cref="EpollEngine"/>. It is registered once, edge-triggered for both directions; what the kernel has said
/// is kept, so that a receive that would find nothing is not tried (epoll(7): a short read has drained the socket). All calls
/// on the descriptor but shutdown and a peek happen on the engine's thread, and only that thread closes it, so its number
/// can never be another connection's.
/// </summary>
internal sealed class EpollWire : TcpWire, IValueTaskSource<int>, IValueTaskSource<bool>
{
    private const int WouldBlock = -3;

    private readonly EpollEngine _engine;
    private readonly int _descriptor;
    private ManualResetValueTaskSourceCore<int> _read;
    private ManualResetValueTaskSourceCore<bool> _write;
    private Memory<byte> _space;
    private ReadOnlyMemory<byte> _unsent;
    private bool _isReading;
    private bool _isWriting;
    private volatile bool _isReadable;
    private volatile bool _hasEnded;

    /// <summary>Wraps a descriptor that the wire owns from here on; the engine registers it.</summary>
    public EpollWire(EpollEngine engine, int descriptor, IPEndPoint? peer)
    {
        _engine = engine;
        _descriptor = descriptor;
        Peer = peer;
    }

    /// <inheritdoc/>
    public override IPEndPoint? Peer { get; }

    /// <summary>Where the engine finds it; the engine's own.</summary>
    public int Slot { get; set; } = -1;

    /// <summary>Its number with the kernel.</summary>
    public int Descriptor => _descriptor;

    /// <inheritdoc/>
    public override ValueTask<int> ReceiveAsync(Memory<byte> space, long due)
    {
        if (!_engine.IsCurrent)
            return EnterAndReceiveAsync(space, due);
        if (_isReadable)
        {
            var count = Receive(space.Span);
            if (count != WouldBlock)
                return new(count);
        }
        return WaitForRead(space, due);
    }

    /// <inheritdoc/>
    public override ValueTask<int> ReadableAsync(long due)
    {
        if (!_engine.IsCurrent)
            return EnterAndReceiveAsync(Memory<byte>.Empty, due);
        return _isReadable || IsClosed ? new(1) : WaitForRead(Memory<byte>.Empty, due);
    }

    /// <inheritdoc/>
    public override ValueTask<bool> SendAsync(ReadOnlyMemory<byte> bytes, long due)
    {
        if (!_engine.IsCurrent)
            return EnterAndSendAsync(bytes, due);
        if (TrySend(ref bytes) is { } isSent)
            return new(isSent);
        _unsent = bytes;
        _write.Reset();
        _isWriting = true;
        BeginWrite(due);
        return new(this, _write.Version);
    }

    /// <summary>Takes what the kernel said about it; no continuation runs in here.</summary>
    public void Note(uint events)
    {
        if ((events & (Linux.PeerHangUp | Linux.HangUp | Linux.Error)) != 0)
            _hasEnded = _isReadable = true;
        else if ((events & Linux.In) != 0)
            _isReadable = true;
    }

    /// <summary>Goes on with what waited for it.</summary>
    public void Act(uint events)
    {
        if (_isReading && _isReadable)
            GoOnReading();
        if (_isWriting && (events & (Linux.Out | Linux.HangUp | Linux.Error)) != 0)
            GoOnWriting();
    }

    /// <inheritdoc/>
    public override bool HasNews(bool asksKernel)
    {
        if (IsClosed || _hasEnded)
            return true;
        if (!_isReadable && !asksKernel)
            return false;
        lock (Turn)
            return IsClosed || PeekLocked() != WouldBlock;
    }

    /// <inheritdoc/>
    public override bool HasPeerEnded()
    {
        if (!_hasEnded || HasCutRead)
            return false;
        lock (Turn)
            return !IsClosed && PeekLocked() <= 0;
    }

    /// <inheritdoc/>
    public override void EndSending()
    {
        lock (Turn)
        {
            if (!IsClosed)
                _ = Linux.Shutdown(_descriptor, Linux.ShutdownWrite);
        }
    }

    /// <inheritdoc/>
    public override void Close()
    {
        lock (Turn)
        {
            if (!TryClose())
                return;
        }
        Leave();
    }

    /// <inheritdoc/>
    public override unsafe void Reset()
    {
        lock (Turn)
        {
            if (!TryClose())
                return;
            var linger = stackalloc int[] { 1, 0 };
            _ = Linux.SetOption(_descriptor, Linux.LevelSocket, Linux.OptionLinger, linger, 2 * sizeof(int));
        }
        Leave();
    }

    /// <summary>
    /// Parts with the descriptor of a connection whose peer is waited for. Here the connection has expired; the peer notices nothing, and
    /// what it has sent is still in the socket. Only in what is posted to the engine. Gives -1 where the peer is not waited for.
    /// </summary>
    public int GiveUp()
    {
        lock (Turn)
        {
            if (IsClosed || !_isReading || _isWriting || !TryExpireRead())
                return -1;
            _ = TryClose();
        }
        _engine.Release(this);
        EndReading(Expired);
        return _descriptor;
    }

    /// <summary>Waits for a connection that has been begun; false when it was refused or the deadline passed.</summary>
    public async ValueTask<bool> ConnectedAsync(long due)
    {
        _unsent = default;
        _write.Reset();
        _isWriting = true;
        BeginWrite(due);
        return await new ValueTask<bool>(this, _write.Version);
    }

    int IValueTaskSource<int>.GetResult(short token) => _read.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<int>.GetStatus(short token) => _read.GetStatus(token);

    void IValueTaskSource<int>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags)
        => _read.OnCompleted(continuation, state, token, ValueTaskSourceOnCompletedFlags.None);

    bool IValueTaskSource<bool>.GetResult(short token) => _write.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<bool>.GetStatus(short token) => _write.GetStatus(token);

    void IValueTaskSource<bool>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags)
        => _write.OnCompleted(continuation, state, token, ValueTaskSourceOnCompletedFlags.None);

    /// <inheritdoc/>
    protected override void EndReading()
    {
        lock (Turn)
        {
            if (!IsClosed)
                _ = Linux.Shutdown(_descriptor, Linux.ShutdownRead);
        }
    }

    private ValueTask<int> WaitForRead(Memory<byte> space, long due)
    {
        if (IsClosed)
            return new(Failed);
        _space = space;
        _read.Reset();
        _isReading = true;
        BeginRead(due);
        return new(this, _read.Version);
    }

    private void GoOnReading()
    {
        var count = _space.IsEmpty ? 1 : Receive(_space.Span);
        if (count != WouldBlock)
            EndReading(count);
    }

    private void EndReading(int count)
    {
        _isReading = false;
        _space = default;
        _read.SetResult(EndRead() ? count : Expired);
    }

    private void GoOnWriting()
    {
        if (TrySend(ref _unsent) is not { } isSent)
            return;
        EndWriting(isSent);
    }

    private void EndWriting(bool isSent)
    {
        _isWriting = false;
        _unsent = default;
        _write.SetResult(EndWrite() && isSent);
    }

    private unsafe int Receive(Span<byte> space)
    {
        if (IsClosed)
            return Failed;
        fixed (byte* at = space)
        {
            while (true)
            {
                var count = (int)Linux.Receive(_descriptor, at, space.Length);
                if (count > 0)
                {
                    if (count < space.Length && !_hasEnded)
                        _isReadable = false;
                    return count;
                }
                if (count == 0)
                    return Ended;
                switch (-count)
                {
                    case Linux.ErrorInterrupted:
                        continue;
                    case Linux.ErrorAgain:
                        _isReadable = false;
                        return WouldBlock;
                    default:
                        return Failed;
                }
            }
        }
    }

    /// <summary>Sends what the kernel takes; null when something is left that must wait.</summary>
    private unsafe bool? TrySend(ref ReadOnlyMemory<byte> bytes)
    {
        while (!IsClosed)
        {
            if (bytes.IsEmpty)
                return true;
            nint count;
            fixed (byte* at = bytes.Span)
                count = Linux.Send(_descriptor, at, bytes.Length);
            if (count >= 0)
                bytes = bytes[(int)count..];
            else if (count == -Linux.ErrorAgain)
                return null;
            else if (count != -Linux.ErrorInterrupted)
                return false;
        }
        return false;
    }

    private unsafe int PeekLocked()
    {
        byte one;
        var count = (int)Linux.Receive(_descriptor, &one, 1, Linux.Peek);
        return count >= 0 ? count : count == -Linux.ErrorAgain ? WouldBlock : Failed;
    }

    // The continuations run in a turn of their own: whoever closes is seldom ready for them.
    private void Leave() => _engine.Post(() =>
    {
        _engine.Remove(this);
        if (_isReading)
            EndReading(Failed);
        if (_isWriting)
            EndWriting(false);
    });

    private async ValueTask<int> EnterAndReceiveAsync(Memory<byte> space, long due)
    {
        await _engine.Enter();
        return space.IsEmpty ? await ReadableAsync(due) : await ReceiveAsync(space, due);
    }

    private async ValueTask<bool> EnterAndSendAsync(ReadOnlyMemory<byte> bytes, long due)
    {
        await _engine.Enter();
        return await SendAsync(bytes, due);
    }
}

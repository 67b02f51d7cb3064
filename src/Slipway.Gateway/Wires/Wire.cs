using System.Net.Sockets;
using System.Runtime.CompilerServices;

namespace Slipway.Gateway.Wires;

/// <summary>
/// A connected socket whose operations have deadlines and give failures as values. One read and one write may be pending
/// at a time. When a deadline expires the socket is closed, which ends both.
/// </summary>
internal sealed class Wire(Socket socket)
{
    /// <summary>The peer has ended its direction.</summary>
    public const int Ended = 0;

    /// <summary>The connection broke.</summary>
    public const int Failed = -1;

    /// <summary>The deadline passed.</summary>
    public const int Expired = -2;

    /// <summary>A deadline that never comes.</summary>
    public const long Never = long.MaxValue - 1;

    /// <summary>A deadline for a read that <see cref="CapRead"/> sets, before or while the read is pending.</summary>
    public const long Capped = long.MaxValue;

    // The framework turns a close into a reset when another thread is in a call on the socket at that moment. What the
    // sweeper does and what closes therefore take turns; a reset could destroy an answer that the client has not read yet.
    private readonly Lock _turn = new();

    private long _cap = Capped;
    private Watch _reading;
    private Watch _writing;
    private int _closed;
    private volatile bool _hasEndedReading;

    /// <summary>Whether it was closed here.</summary>
    public bool IsClosed => Volatile.Read(ref _closed) != 0;

    /// <summary>Receives; gives a count, or <see cref="Ended"/>, <see cref="Failed"/>, <see cref="Expired"/>.</summary>
    public ValueTask<int> ReceiveAsync(Memory<byte> space, long due)
    {
        try
        {
            var pending = socket.ReceiveAsync(space, SocketFlags.None, CancellationToken.None);
            return pending.IsCompletedSuccessfully ? pending : AwaitReceiveAsync(pending, due);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            return ValueTask.FromResult(Failed);
        }
    }

    /// <summary>Sends everything; gives true, or false when the connection broke or the deadline passed.</summary>
    public ValueTask<bool> SendAsync(ReadOnlyMemory<byte> bytes, long due)
    {
        try
        {
            var pending = socket.SendAsync(bytes, SocketFlags.None, CancellationToken.None);
            if (!pending.IsCompletedSuccessfully)
                return AwaitSendAsync(pending, bytes, due);
            var sent = pending.Result;
            return sent == bytes.Length ? ValueTask.FromResult(true) : SendAsync(bytes[sent..], due);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            return ValueTask.FromResult(false);
        }
    }

    /// <summary>
    /// Sets the deadline of the reads that wait for <see cref="Capped"/>; <see cref="Capped"/> takes it back. The end of an
    /// upload starts the clock for the answer in this way, whichever thread notices first.
    /// </summary>
    public void CapRead(long due)
    {
        Interlocked.Exchange(ref _cap, due);
        if (due != Capped)
            _reading.Change(Capped, due);
    }

    /// <summary>Brings the end of a pending read forward.</summary>
    public void HastenRead(long due) => _reading.Hasten(due);

    /// <summary>Cuts a pending read off at once; false when none was pending.</summary>
    public bool TryCutRead()
    {
        if (!_reading.TryExpire(long.MaxValue))
            return false;
        EndReading();
        return true;
    }

    /// <summary>Cuts off what has missed its deadline.</summary>
    public void Sweep(long now)
    {
        if (_reading.TryExpire(now))
            EndReading();
        if (_writing.TryExpire(now))
            Close();
    }

    /// <summary>
    /// Whether anything can be read at this moment: on a connection at rest that means that the peer has closed it or
    /// speaks out of turn, and either way it cannot be used.
    /// </summary>
    public bool HasNews()
    {
        lock (_turn)
            return IsClosed || IsReadableLocked(andEnded: false);
    }

    /// <summary>Whether the peer has ended its direction, with nothing left to read before that.</summary>
    public bool HasPeerEnded()
    {
        lock (_turn)
            return !IsClosed && !_hasEndedReading && IsReadableLocked(andEnded: true);
    }

    /// <summary>Ends the direction from here; the peer can go on sending.</summary>
    public void EndSending()
    {
        try
        {
            socket.Shutdown(SocketShutdown.Send);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The connection is gone already, and with it both directions.
        }
    }

    /// <summary>Closes it. What was sent still arrives.</summary>
    public void Close()
    {
        lock (_turn)
        {
            if (IsClosed)
                return;
            Volatile.Write(ref _closed, 1);
            socket.Dispose();
        }
    }

    /// <summary>Closes it with a reset, so that what was sent cannot be taken for a whole message.</summary>
    public void Reset()
    {
        lock (_turn)
        {
            if (IsClosed)
                return;
            Volatile.Write(ref _closed, 1);
            try
            {
                socket.LingerState = new LingerOption(enable: true, seconds: 0);
            }
            catch (SocketException)
            {
                // The peer was first.
            }
            socket.Dispose();
        }
    }

    private bool IsReadableLocked(bool andEnded)
    {
        try
        {
            return socket.Poll(0, SelectMode.SelectRead) && (!andEnded || socket.Available == 0);
        }
        catch (SocketException)
        {
            return true;
        }
    }

    /// <summary>
    /// Makes a pending read end while the other direction still works, so that the peer can be told why. Closing the socket
    /// under a pending read would send a reset instead.
    /// </summary>
    private void EndReading()
    {
        _hasEndedReading = true;
        lock (_turn)
        {
            if (IsClosed)
                return;
            if (OperatingSystem.IsWindows())
            {
                // Windows does not wake a pending read in this way.
                Close();
                return;
            }
            try
            {
                socket.Shutdown(SocketShutdown.Receive);
            }
            catch (SocketException)
            {
                // The connection is gone, and the read ends with it.
            }
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<int> AwaitReceiveAsync(ValueTask<int> pending, long due)
    {
        _reading.Arm(due);
        if (due == Capped && Volatile.Read(ref _cap) is var cap and not Capped)
            _reading.Change(Capped, cap);
        int count;
        try
        {
            count = await pending;
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            count = Failed;
        }
        return _reading.Disarm() ? count : Expired;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<bool> AwaitSendAsync(ValueTask<int> pending, ReadOnlyMemory<byte> bytes, long due)
    {
        _writing.Arm(due);
        var isSent = true;
        try
        {
            var sent = await pending;
            while (sent < bytes.Length)
                sent += await socket.SendAsync(bytes[sent..], SocketFlags.None, CancellationToken.None);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            isSent = false;
        }
        return _writing.Disarm() && isSent;
    }
}

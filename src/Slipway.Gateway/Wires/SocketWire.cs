using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Slipway.Gateway.Engines;

namespace Slipway.Gateway.Wires;

/// <summary>A wire over the framework's own socket, for systems without epoll.</summary>
internal sealed class SocketWire(Socket socket) : TcpWire
{
    /// <inheritdoc/>
    public override IPEndPoint? Peer
    {
        get
        {
            try
            {
                return socket.RemoteEndPoint as IPEndPoint;
            }
            catch (SocketException)
            {
                return null;
            }
        }
    }

    /// <inheritdoc/>
    public override ValueTask<int> ReceiveAsync(Memory<byte> space, long due)
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

    /// <inheritdoc/>
    public override async ValueTask<int> ReadableAsync(long due)
        => await ReceiveAsync(Memory<byte>.Empty, due) is var outcome && outcome < 0 ? outcome : 1;

    /// <inheritdoc/>
    public override ValueTask<bool> SendAsync(ReadOnlyMemory<byte> bytes, long due)
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

    /// <inheritdoc/>
    public override bool HasNews(bool asksKernel)
    {
        lock (Turn)
            return IsClosed || IsReadableLocked(andEnded: false);
    }

    /// <inheritdoc/>
    public override bool HasPeerEnded()
    {
        lock (Turn)
            return !IsClosed && !HasCutRead && IsReadableLocked(andEnded: true);
    }

    /// <inheritdoc/>
    public override void EndSending()
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

    /// <inheritdoc/>
    public override void Close()
    {
        lock (Turn)
        {
            if (TryClose())
                socket.Dispose();
        }
    }

    /// <inheritdoc/>
    public override void Reset()
    {
        lock (Turn)
        {
            if (!TryClose())
                return;
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

    /// <inheritdoc/>
    protected override void EndReading()
    {
        lock (Turn)
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

    [AsyncMethodBuilder(typeof(PooledTaskBuilder<>))]
    private async ValueTask<int> AwaitReceiveAsync(ValueTask<int> pending, long due)
    {
        BeginRead(due);
        int count;
        try
        {
            count = await pending;
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            count = Failed;
        }
        return EndRead() ? count : Expired;
    }

    [AsyncMethodBuilder(typeof(PooledTaskBuilder<>))]
    private async ValueTask<bool> AwaitSendAsync(ValueTask<int> pending, ReadOnlyMemory<byte> bytes, long due)
    {
        BeginWrite(due);
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
        return EndWrite() && isSent;
    }
}

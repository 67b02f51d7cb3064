using System.Net;
using System.Net.Sockets;
using Slipway.Gateway.Wires;

namespace Slipway.Gateway.Engines;

/// <summary>An engine over the framework's own sockets and threads, for systems without epoll.</summary>
internal sealed class SocketEngine : Engine
{
    private static readonly TimeSpan s_failurePause = TimeSpan.FromMilliseconds(20);

    private volatile bool _isStopped;

    /// <inheritdoc/>
    public override bool IsCurrent => true;

    /// <inheritdoc/>
    public override void Accept(Socket listener, ClientTaker take, Action<SocketError> onFailure)
        => _ = AcceptAsync(listener, take, onFailure);

    /// <inheritdoc/>
    public override void StopAccepting() => _isStopped = true;

    /// <inheritdoc/>
    public override async ValueTask<Wire?> ConnectAsync(IPEndPoint address, TimeSpan deadline)
    {
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.NoDelay = true;
            var connecting = socket.ConnectAsync(address, CancellationToken.None);
            if (!connecting.IsCompletedSuccessfully)
                await connecting.AsTask().WaitAsync(deadline);
            return new SocketWire(socket);
        }
        catch (Exception e) when (e is SocketException or TimeoutException or ObjectDisposedException)
        {
            socket.Dispose();
            return null;
        }
    }

    /// <inheritdoc/>
    public override void Post(Action action) => ThreadPool.UnsafeQueueUserWorkItem(static run => run(), action, preferLocal: false);

    private async Task AcceptAsync(Socket listener, ClientTaker take, Action<SocketError> onFailure)
    {
        while (!_isStopped)
        {
            try
            {
                var client = await listener.AcceptAsync();
                client.NoDelay = true;
                client.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
                take(this, new SocketWire(client));
            }
            catch (Exception e) when (_isStopped && e is SocketException or ObjectDisposedException)
            {
                return;
            }
            catch (SocketException e)
            {
                onFailure(e.SocketErrorCode);
                await Task.Delay(s_failurePause);
            }
        }
    }
}

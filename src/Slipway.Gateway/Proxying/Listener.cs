using System.Net;
using System.Net.Sockets;

namespace Slipway.Gateway.Proxying;

/// <summary>Takes clients in.</summary>
internal sealed class Listener(DataPlane plane, Socket socket)
{
    private const int Backlog = 4096;
    private volatile bool _isStopped;

    /// <summary>Where it listens.</summary>
    public IPEndPoint Address => (IPEndPoint)socket.LocalEndPoint!;

    /// <summary>Begins to listen.</summary>
    /// <exception cref="SocketException">The address is in use, or is none of this machine's.</exception>
    public static Listener Open(DataPlane plane, IPEndPoint address)
    {
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            // The framework's own ReuseAddress would also share the port with another process; this only skips TIME_WAIT.
            if (OperatingSystem.IsLinux())
                socket.SetRawSocketOption(optionLevel: 1, optionName: 2, [1, 0, 0, 0]);
            socket.Bind(address);
            socket.Listen(Backlog);
            return new(plane, socket);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Takes clients until <see cref="Stop"/>.</summary>
    public async Task RunAsync()
    {
        while (!_isStopped)
        {
            try
            {
                Take(await socket.AcceptAsync());
            }
            catch (Exception e) when (_isStopped && e is SocketException or ObjectDisposedException)
            {
                return;
            }
            catch (SocketException e)
            {
                // Out of descriptors, or a client that was gone before it was taken: neither ends the gateway.
                plane.Log.Warn("a connection could not be taken", ("fault", e.SocketErrorCode.ToString()));
                await Task.Delay(20);
            }
        }
    }

    /// <summary>Takes no more clients; those already waiting in the queue are taken first.</summary>
    public void Stop()
    {
        _isStopped = true;
        socket.Dispose();
    }

    private void Take(Socket client)
    {
        client.NoDelay = true;
        if (plane.Book.ConnectionOpened() > plane.ConnectionsMax)
            _ = RefuseAsync(client);
        else
            _ = new ClientConnection(plane, client).RunAsync();
    }

    private async Task RefuseAsync(Socket client)
    {
        var connection = new ClientConnection(plane, client);
        plane.Open(connection);
        await connection.AnswerAndCloseAsync(OwnAnswer.TooManyConnections);
        connection.Wire.Close();
        plane.Closed(connection);
    }
}

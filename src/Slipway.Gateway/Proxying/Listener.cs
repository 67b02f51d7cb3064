using System.Net;
using System.Net.Sockets;

namespace Slipway.Gateway.Proxying;

/// <summary>Takes clients in.</summary>
internal sealed class Listener(DataPlane plane, Socket socket)
{
    private const int Backlog = 4096;

    private static readonly TimeSpan s_queueGrace = TimeSpan.FromMilliseconds(500);

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

    /// <summary>Takes clients until <see cref="StopAsync"/>.</summary>
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

    /// <summary>Takes no more clients. Those that wait in the queue already are taken first: closing it would reset them.</summary>
    public async Task StopAsync()
    {
        var end = Deadlines.After(s_queueGrace);
        while (socket.Poll(0, SelectMode.SelectRead) && Environment.TickCount64 < end)
            await Task.Delay(1);
        _isStopped = true;
        socket.Dispose();
    }

    private void Take(Socket client)
    {
        client.NoDelay = true;
        // A peer that vanished without a word is found out within hours otherwise, if ever.
        client.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
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

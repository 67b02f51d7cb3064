using System.Net;
using System.Net.Sockets;
using Slipway.Gateway.Engines;

namespace Slipway.Gateway.Hosting;

/// <summary>The sockets that clients connect to: one for each engine, all on one address, between which the kernel deals clients out.</summary>
internal sealed class ListeningSockets : IDisposable
{
    private const int Backlog = 4096;

    private static readonly TimeSpan s_queueGrace = TimeSpan.FromMilliseconds(500);

    private readonly Socket[] _sockets;

    /// <summary>Takes sockets over that listen already.</summary>
    public ListeningSockets(Socket[] sockets) => _sockets = sockets;

    /// <summary>Where they listen.</summary>
    public IPEndPoint Address => (IPEndPoint)_sockets[0].LocalEndPoint!;

    /// <summary>Each engine's own.</summary>
    public ReadOnlySpan<Socket> All => _sockets;

    /// <summary>Begins to listen.</summary>
    /// <param name="address">Port 0 takes a free one.</param>
    /// <param name="count">How many sockets; more than one only on Linux.</param>
    /// <exception cref="SocketException">The address is in use, or is none of this machine's.</exception>
    public static ListeningSockets Open(IPEndPoint address, int count)
    {
        var sockets = new List<Socket>();
        try
        {
            for (var i = 0; i < count; i++)
            {
                var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
                sockets.Add(socket);
                // The framework's own ReuseAddress would also share the port with another process; this only skips TIME_WAIT.
                if (OperatingSystem.IsLinux())
                    SetOption(socket, Linux.OptionReuseAddress);
                // The first is bound alone, so that a port in use by anybody, another gateway too, is refused; only then it is
                // opened to its siblings.
                if (i > 0)
                    SetOption(socket, Linux.OptionReusePort);
                socket.Bind(i == 0 ? address : sockets[0].LocalEndPoint!);
                if (i == 0 && count > 1)
                    SetOption(socket, Linux.OptionReusePort);
            }
            foreach (var socket in sockets)
                socket.Listen(Backlog);
            return new([.. sockets]);
        }
        catch
        {
            foreach (var socket in sockets)
                socket.Dispose();
            throw;
        }
    }

    /// <summary>Waits until those who stand in the queue have been taken, half a second at most: closing would reset them.</summary>
    public async Task EmptyAsync()
    {
        var end = Environment.TickCount64 + (long)s_queueGrace.TotalMilliseconds;
        while (Array.Exists(_sockets, static socket => socket.Poll(0, SelectMode.SelectRead)) && Environment.TickCount64 < end)
            await Task.Delay(1);
    }

    /// <summary>Closes them.</summary>
    public void Dispose()
    {
        foreach (var socket in _sockets)
            socket.Dispose();
    }

    private static void SetOption(Socket socket, int option)
        => socket.SetRawSocketOption(Linux.LevelSocket, option, [1, 0, 0, 0]);
}

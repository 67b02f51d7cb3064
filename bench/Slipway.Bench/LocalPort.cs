using System.Net;
using System.Net.Sockets;

namespace Slipway.Bench;

/// <summary>A port of this machine that nobody listens on.</summary>
internal static class LocalPort
{
    /// <summary>One that was free a moment ago.</summary>
    public static int Free()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}

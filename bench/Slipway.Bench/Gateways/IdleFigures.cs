using System.Net;
using System.Net.Sockets;

namespace Slipway.Bench.Gateways;

/// <summary>What a connection costs that has asked once and waits.</summary>
internal static class IdleFigures
{
    private const int Connections = 10_000;

    public static async Task<Figure> Measure(string folder, int port, int origin, CancellationToken stop)
    {
        await using var proxy = await SlipwayProxy.Start(folder, port, origin, stop, "idle");
        await Wrk.Run(proxy, Load.Small, 64, TimeSpan.FromSeconds(2), folder, stop);
        var before = proxy.Megabytes;
        var clients = new List<Socket>();
        try
        {
            var answer = new byte[4096];
            for (var i = 0; i < Connections; i++)
            {
                var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                clients.Add(client);
                client.Connect(IPAddress.Loopback, port);
                client.Send("GET / HTTP/1.1\r\nHost: bench\r\n\r\n"u8);
                if (client.Receive(answer) == 0)
                    throw new InvalidOperationException($"Connection {i} got no answer.");
            }
            return Figure.AtMost($"memory for an idle connection, at {Connections:N0}", (proxy.Megabytes - before) * 1e6 / 1024 / Connections, "KiB", 9);
        }
        finally
        {
            foreach (var client in clients)
                client.Dispose();
        }
    }
}

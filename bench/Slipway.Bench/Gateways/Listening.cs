using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Slipway.Bench.Gateways;

/// <summary>Waits until a process that was started takes connections.</summary>
internal static class Listening
{
    private static readonly TimeSpan s_startTime = TimeSpan.FromSeconds(30);

    /// <exception cref="InvalidOperationException">It has ended, or half a minute is over.</exception>
    public static async Task Wait(Process process, int port, CancellationToken stop)
    {
        var clock = Stopwatch.StartNew();
        while (!await Listens(port, stop))
        {
            if (process.HasExited || clock.Elapsed > s_startTime)
                throw new InvalidOperationException($"Nobody listens on port {port}: {(process.HasExited ? $"the process ended with exit code {process.ExitCode}" : "it takes too long to start")}.");
            await Task.Delay(10, stop);
        }
    }

    private static async Task<bool> Listens(int port, CancellationToken stop)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(IPAddress.Loopback, port, stop);
            return true;
        }
        catch (SocketException)
        {
            // It has not begun to listen yet.
            return false;
        }
    }
}

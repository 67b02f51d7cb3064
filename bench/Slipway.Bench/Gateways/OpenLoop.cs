using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Slipway.Gateway.Engines;

namespace Slipway.Bench.Gateways;

/// <summary>
/// A client that asks at a steady rate whether it is answered or not, in a process of its own on the clients' core: one thread, one
/// epoll, no allocation while it measures. Latency counts from when a request fell due, so that waiting for a free connection is
/// part of it.
/// </summary>
internal static partial class OpenLoop
{
    /// <summary>The name of the bench's own subcommand.</summary>
    public const string Name = "open-loop";

    private const int EventsMax = 256;

    /// <summary>Runs one in a process of its own; gives the median and the 99th percentile in milliseconds.</summary>
    public static async Task<(double P50, double P99)> Ask(int port, int rate, int connections, TimeSpan time, CancellationToken stop)
    {
        var about = new ProcessStartInfo("taskset", ["-c", Cores.Others, Repository.Bench, Name, $"{port}", $"{rate}", $"{connections}", $"{time.TotalSeconds:0}"])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
        };
        using var process = Process.Start(about)!;
        var said = (await process.StandardOutput.ReadToEndAsync(stop)).Split(' ');
        await process.WaitForExitAsync(stop);
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"The client of port {port} ended with {process.ExitCode}.");
        return (double.Parse(said[0], CultureInfo.InvariantCulture), double.Parse(said[1], CultureInfo.InvariantCulture));
    }

    /// <summary>The process: a second to warm up, then what is asked for.</summary>
    public static unsafe int Run(string[] arguments)
    {
        var numbers = Array.ConvertAll(arguments, int.Parse);
        var (port, rate, connections, seconds) = (numbers[0], numbers[1], numbers[2], numbers[3]);
        var epoll = Linux.CreateEpoll(Linux.CloseOnExec);
        var sockets = new Socket[connections];
        var change = stackalloc byte[Linux.EventBytes];
        for (var i = 0; i < connections; i++)
        {
            sockets[i] = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            sockets[i].Connect(IPAddress.Loopback, port);
            sockets[i].Blocking = false;
            *(uint*)change = Linux.In;
            *(ulong*)(change + Linux.EventDataAt) = (ulong)i;
            _ = Linux.ControlEpoll(epoll, Linux.ControlAdd, (int)sockets[i].Handle, change);
        }
        Load(epoll, sockets, rate, 1);
        var latencies = Load(epoll, sockets, rate, seconds);
        Array.Sort(latencies);
        double At(double share) => latencies[(int)(share * (latencies.Length - 1))] * 1000.0 / Stopwatch.Frequency;
        Console.Write(string.Create(CultureInfo.InvariantCulture, $"{At(0.5):0.0000} {At(0.99):0.0000}"));
        return 0;
    }

    private static unsafe long[] Load(int epoll, Socket[] sockets, int rate, int seconds)
    {
        var request = "GET / HTTP/1.1\r\nHost: bench\r\n\r\n"u8.ToArray();
        var count = rate * seconds;
        var latencies = new long[count];
        var due = new long[sockets.Length];
        var received = new int[sockets.Length];
        var buffers = new byte[sockets.Length][];
        var free = new Stack<int>();
        for (var i = 0; i < sockets.Length; i++)
        {
            buffers[i] = new byte[4096];
            free.Push(i);
        }
        var waiting = new Queue<long>();
        var begin = Stopwatch.GetTimestamp();
        var (sent, ended) = (0, 0);
        var events = stackalloc byte[EventsMax * Linux.EventBytes];
        while (ended < count)
        {
            var now = Stopwatch.GetTimestamp();
            for (; sent < count && DueAt(sent) <= now; sent++)
                waiting.Enqueue(DueAt(sent));
            while (waiting.Count > 0 && free.TryPop(out var connection))
            {
                due[connection] = waiting.Dequeue();
                received[connection] = 0;
                fixed (byte* at = request)
                {
                    if (Linux.Send((int)sockets[connection].Handle, at, request.Length, Linux.NoSignal) != request.Length)
                        throw new InvalidOperationException("A request could not be sent.");
                }
            }
            var ready = Wait(epoll, events, sent < count ? DueAt(sent) - Stopwatch.GetTimestamp() : Stopwatch.Frequency);
            for (var i = 0; i < ready; i++)
            {
                var connection = (int)*(ulong*)(events + i * Linux.EventBytes + Linux.EventDataAt);
                if (!Receive(sockets[connection], buffers[connection], ref received[connection]))
                    continue;
                latencies[ended++] = Stopwatch.GetTimestamp() - due[connection];
                free.Push(connection);
            }
        }
        return latencies;

        long DueAt(int number) => begin + (long)number * Stopwatch.Frequency / rate;
    }

    /// <summary>Receives; true when the answer is whole.</summary>
    private static unsafe bool Receive(Socket socket, byte[] buffer, ref int received)
    {
        fixed (byte* at = buffer)
        {
            var count = (int)Linux.Receive((int)socket.Handle, at + received, buffer.Length - received, 0);
            if (count <= 0)
                throw new InvalidOperationException("A connection was closed.");
            received += count;
        }
        var answer = buffer.AsSpan(0, received);
        var end = answer.IndexOf("\r\n\r\n"u8);
        if (end < 0)
            return false;
        var head = answer[..end];
        var at2 = head.IndexOf("ontent-Length: "u8);
        at2 = at2 < 0 ? head.IndexOf("ontent-length: "u8) : at2;
        var length = 0;
        for (var i = at2 + 15; i < head.Length && head[i] is >= (byte)'0' and <= (byte)'9'; i++)
            length = length * 10 + head[i] - '0';
        return received >= end + 4 + length;
    }

    private static unsafe int Wait(int epoll, byte* events, long ticks)
    {
        var time = stackalloc nint[] { 0, (nint)(Math.Clamp(ticks, 0, Stopwatch.Frequency - 1) * (1e9 / Stopwatch.Frequency)) };
        return Math.Max(0, WaitFor(epoll, events, EventsMax, time, null));
    }

    // epoll_wait(2) counts in milliseconds, which is longer than most of what is measured here.
    [LibraryImport("libc", EntryPoint = "epoll_pwait2")]
    private static unsafe partial int WaitFor(int epoll, byte* events, int eventsMax, nint* time, void* signals);
}

using System.Diagnostics;
using System.Globalization;

namespace Slipway.Bench.Gateways;

/// <summary>
/// A client that asks at a steady rate whether it is answered or not, in a process of its own on the clients' core: one thread, one
/// epoll, no allocation while it measures. Latency counts from when a request fell due, so that waiting for a free connection is
/// part of it.
/// </summary>
internal static class OpenLoop
{
    /// <summary>The name of the bench's own subcommand.</summary>
    public const string Name = "open-loop";

    /// <summary>Runs one in a process of its own; gives the median and the 99th percentile in milliseconds.</summary>
    public static async Task<(double P50, double P99)> Ask(int port, int rate, int connections, TimeSpan time, CancellationToken stop)
    {
        var said = await ClientProcess.Run(stop, Name, port, rate, connections, (int)time.TotalSeconds);
        return (said[0], said[1]);
    }

    /// <summary>The process: a second to warm up, then what is asked for.</summary>
    public static int Run(string[] arguments)
    {
        var numbers = Array.ConvertAll(arguments, int.Parse);
        var (port, rate, count, seconds) = (numbers[0], numbers[1], numbers[2], numbers[3]);
        var connections = new Connections(port, count);
        Load(connections, rate, 1);
        var latencies = Load(connections, rate, seconds);
        Array.Sort(latencies);
        double At(double share) => latencies[(int)(share * (latencies.Length - 1))] * 1000.0 / Stopwatch.Frequency;
        Console.Write(string.Create(CultureInfo.InvariantCulture, $"{At(0.5):0.0000} {At(0.99):0.0000}"));
        return 0;
    }

    private static long[] Load(Connections connections, int rate, int seconds)
    {
        var count = rate * seconds;
        var latencies = new long[count];
        var due = new long[connections.Count];
        var free = new Stack<int>(Enumerable.Range(0, connections.Count));
        var waiting = new Queue<long>();
        var begin = Stopwatch.GetTimestamp();
        var (sent, ended) = (0, 0);
        while (ended < count)
        {
            var now = Stopwatch.GetTimestamp();
            for (; sent < count && DueAt(sent) <= now; sent++)
                waiting.Enqueue(DueAt(sent));
            while (waiting.Count > 0 && free.TryPop(out var connection))
            {
                due[connection] = waiting.Dequeue();
                connections.Ask(connection);
            }
            var ticks = sent < count ? DueAt(sent) - Stopwatch.GetTimestamp() : Stopwatch.Frequency;
            var ready = connections.Wait((long)(Math.Clamp(ticks, 0, Stopwatch.Frequency - 1) * (1e9 / Stopwatch.Frequency)));
            for (var i = 0; i < ready; i++)
            {
                var received = connections.Receive(i, out var connection);
                if (received == Received.Part)
                    continue;
                if (received == Received.Failure)
                    throw new InvalidOperationException("A request failed: there is no latency to tell of.");
                latencies[ended++] = Stopwatch.GetTimestamp() - due[connection];
                free.Push(connection);
            }
        }
        return latencies;

        long DueAt(int number) => begin + (long)number * Stopwatch.Frequency / rate;
    }
}

using System.Diagnostics;
using System.Globalization;

namespace Slipway.Bench.Gateways;

/// <summary>
/// A client that asks again as soon as it is answered, in a process of its own on the clients' core. wrk does the same with two
/// epoll_ctl(2) for each request, and the fastest proxies wait for it.
/// </summary>
internal static class ClosedLoop
{
    /// <summary>The name of the bench's own subcommand.</summary>
    public const string Name = "closed-loop";

    private const long Second = 1_000_000_000;

    private static readonly TimeSpan s_lastAnswers = TimeSpan.FromSeconds(10);

    /// <summary>Asks a proxy for 1 KiB from a process of its own.</summary>
    public static async Task<Worked> Ask(Proxy proxy, int connections, TimeSpan time, CancellationToken stop)
    {
        var before = proxy.ProcessorSeconds;
        var said = await ClientProcess.Run(stop, Name, proxy.Port, connections, (int)time.TotalMilliseconds);
        var spent = proxy.ProcessorSeconds - before;
        var requests = (long)said[0];
        return new(requests, requests / said[1], (long)said[2], spent / Math.Max(1, requests) * 1e6);
    }

    /// <summary>The process: prints how many were answered, in how many seconds, and how many of them otherwise than they should.</summary>
    public static int Run(string[] arguments)
    {
        var numbers = Array.ConvertAll(arguments, int.Parse);
        var connections = new Connections(numbers[0], numbers[1]);
        var begin = Stopwatch.GetTimestamp();
        var end = begin + numbers[2] * Stopwatch.Frequency / 1000;
        for (var i = 0; i < connections.Count; i++)
            connections.Ask(i);
        var (answered, failed, pending) = (0L, 0L, connections.Count);
        while (pending > 0)
        {
            var ready = connections.Wait(Second - 1);
            var isOver = Stopwatch.GetTimestamp() >= end;
            if (isOver && Stopwatch.GetElapsedTime(end) > s_lastAnswers)
                throw new InvalidOperationException($"{pending} requests were not answered.");
            for (var i = 0; i < ready; i++)
            {
                var received = connections.Receive(i, out var connection);
                if (received == Received.Part)
                    continue;
                if (received == Received.Failure)
                {
                    failed++;
                    connections.Reopen(connection);
                }
                answered++;
                if (isOver)
                    pending--;
                else
                    connections.Ask(connection);
            }
        }
        Console.Write(string.Create(CultureInfo.InvariantCulture, $"{answered} {Stopwatch.GetElapsedTime(begin).TotalSeconds:0.0000} {failed}"));
        return 0;
    }
}

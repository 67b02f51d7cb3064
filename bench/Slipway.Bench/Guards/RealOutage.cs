using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Slipway.Bench.Guards;

/// <summary>What both releases need goes away for a while, under guard: real processes, nobody may be undone.</summary>
internal static class RealOutage
{
    private const double RatePerSecond = 50;
    private static readonly TimeSpan s_away = TimeSpan.FromSeconds(8);

    public static async Task<IReadOnlyList<Figure>> Measure(int runs, Action<string> progress, CancellationToken stop)
    {
        var database = Listen(0);
        var address = (IPEndPoint)database.LocalEndpoint;
        var manifest = GuardStage.Manifest("10m").Replace("bench: {}", $"bench: {{ settings: {{ FIXTURE_NEEDS: \"{address}\" }} }}");
        await using var stack = await Stack.Start(manifest, stop);
        var stage = new GuardStage(stack, stop);
        await stage.Deploy("0");
        await using var traffic = Traffic.Mixed(await stack.Address(), RatePerSecond, stop);
        var (undone, alarms) = (0, 0);
        for (var run = 1; run <= runs; run++)
        {
            var candidate = (await stage.Deploy($"{run}")).GetProperty("candidate").GetProperty("id").GetString()!;
            await Task.Delay(TimeSpan.FromSeconds(3), stop);
            database.Stop();
            var since = Stopwatch.GetTimestamp();
            await stage.Until(status => status.GetProperty("alarms").GetArrayLength() > 0, since, s_away.TotalSeconds);
            alarms += (await stack.Status()).GetProperty("alarms").GetArrayLength() > 0 ? 1 : 0;
            await Task.Delay(s_away, stop);
            database = Listen(address.Port);
            await Task.Delay(TimeSpan.FromSeconds(6), stop);
            var live = GuardStage.Live(await stack.Status());
            undone += live == candidate ? 0 : 1;
            progress($"  run {run}: {(live == candidate ? "stays" : "undone")}, {alarms} alarms");
        }
        database.Stop();
        return
        [
            Figure.Exactly($"real outages of what both need under guard: rollbacks in {runs}", undone, "rollbacks", 0),
            Figure.Exactly("of them that called a person", alarms, "outages", runs),
        ];
    }

    private static TcpListener Listen(int port)
    {
        var listener = new TcpListener(IPAddress.Loopback, port);
        listener.Server.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        listener.Start(512);
        _ = Accept(listener);
        return listener;
    }

    private static async Task Accept(TcpListener listener)
    {
        try
        {
            while (true)
                (await listener.AcceptTcpClientAsync()).Dispose();
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or InvalidOperationException)
        {
            // It has gone away.
        }
    }
}

using System.Diagnostics;
using Slipway.Postgres;

namespace Slipway.Bench.Crashes;

/// <summary>Three control planes on one journal in PostgreSQL: whoever leads is killed or paused, and another one is elected.</summary>
internal static class ElectionFigures
{
    /// <param name="ends">How often the leader is killed or paused.</param>
    /// <param name="progress">Told of each.</param>
    /// <param name="stop">Ends the measurement.</param>
    public static async Task<IReadOnlyList<Figure>> Measure(int ends, Action<string> progress, CancellationToken stop)
    {
        await using var server = await PostgresServer.Start(stop);
        await using var stage = new CrashStage(stop);
        stage.Variables["SLIPWAY_JOURNAL"] = server.Admin;
        var planes = new List<Process> { stage.Launch() };
        await stage.Within(TimeSpan.FromSeconds(30), async () => await stage.Leader() == planes[0].Id);
        planes.AddRange([stage.Launch("--standby"), stage.Launch("--standby")]);
        await stage.Deploy("BlueGreen", 0);
        await stage.Within(TimeSpan.FromSeconds(60), stage.IsAtRest);
        var takeovers = new Samples("crash-election");
        var (harm, none) = (0, 0);
        for (var end = 1; end <= ends; end++)
        {
            int? leads = null;
            await stage.Within(TimeSpan.FromSeconds(20), async () => (leads = await stage.Leader()) is not null);
            var leader = planes.First(one => one.Id == leads);
            await stage.Deploy("Rolling", end);
            PausedFigures.Signal(leader, end % 2 == 0 ? "STOP" : "KILL");
            var since = Stopwatch.GetTimestamp();
            var next = (int?)null;
            var took = await stage.Within(TimeSpan.FromSeconds(20), async () => (next = await stage.Leader()) is { } id && id != leader.Id);
            takeovers.Add(Stopwatch.GetElapsedTime(since).TotalSeconds);
            if (!leader.HasExited)
                PausedFigures.Signal(leader, "CONT");
            var left = await stage.Within(TimeSpan.FromSeconds(15), () => Task.FromResult(leader.HasExited));
            var ended = await stage.Within(TimeSpan.FromSeconds(60), stage.IsAtRest);
            string? wrong = null;
            await stage.Within(TimeSpan.FromSeconds(5), () => Task.FromResult((wrong = Witness.Wrong(stage.Home, CrashStage.Replicas)) is null));
            none += took ? 0 : 1;
            harm += left && ended && wrong is null ? 0 : 1;
            progress($"  election {end}: taken over {took} in {Stopwatch.GetElapsedTime(since).TotalSeconds:0.0} s, the former ended {left}, rollout ended {ended}, {wrong ?? "nothing left behind"}");
            planes.Add(stage.Launch("--standby"));
        }
        takeovers.Save();
        var records = await Number(server, "SELECT count(*) FROM slipway_journal");
        var last = await Number(server, "SELECT max(sequence) FROM slipway_journal");
        // A start gives a fencing token: two of them that wrote between one another would have led at once.
        var terms = await Number(server, "SELECT count(*) FROM slipway_journal WHERE kind = 'control-plane-started'");
        var lease = await Number(server, "SELECT term FROM slipway_lease");
        var whole = await stage.ChainIsWhole();
        return
        [
            Figure.Exactly($"ends of the leader on PostgreSQL that nobody succeeded, of {ends}", none, "ends", 0),
            Figure.Exactly("ends of the leader that left something behind", harm, "ends", 0),
            Figure.AtMost("from the end of the leader to the answer of the next, slowest", takeovers.Max, "s", 8, $"median {takeovers.Median:0.0} s"),
            Figure.Exactly("records lost, doubled or out of their chain", Math.Abs(last - records) + (whole ? 0 : 1), "records", 0, $"of {records}"),
            Figure.Exactly("leases that were not one start each", Math.Abs(lease - terms), "leases", 0, $"{lease} leases"),
        ];
    }

    private static async Task<long> Number(PostgresServer server, string sql)
        => long.Parse(await server.Ask(sql) ?? "0", System.Globalization.CultureInfo.InvariantCulture);
}

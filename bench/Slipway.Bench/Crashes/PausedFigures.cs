using System.Diagnostics;

namespace Slipway.Bench.Crashes;

/// <summary>A control plane that is paused (SIGSTOP) at a random instant of a rollout, succeeded by its standby, and woken beside it.</summary>
internal static class PausedFigures
{
    private static readonly TimeSpan s_lease = TimeSpan.FromSeconds(5);

    /// <param name="pauses">How many.</param>
    /// <param name="progress">Told of each.</param>
    /// <param name="stop">Ends the measurement.</param>
    public static async Task<IReadOnlyList<Figure>> Measure(int pauses, Action<string> progress, CancellationToken stop)
    {
        await using var stage = new CrashStage(stop);
        var leader = stage.Launch();
        await stage.Within(TimeSpan.FromSeconds(30), async () => await stage.Leader() == leader.Id);
        await stage.Deploy("BlueGreen", 0);
        await stage.Within(TimeSpan.FromSeconds(60), stage.IsAtRest);
        await using var traffic = Traffic.Mixed(new((await stage.Status())!.Value.GetProperty("address").GetString()!), 100, stop);
        var random = new Random(11);
        var takeovers = new Samples("crash-takeover");
        var harm = 0;
        for (var pause = 1; pause <= pauses; pause++)
        {
            var standby = stage.Launch("--standby");
            await Task.Delay(TimeSpan.FromSeconds(1), stop);
            await stage.Deploy(pause % 2 == 0 ? "Canary" : "Rolling", pause);
            await Task.Delay(TimeSpan.FromMilliseconds(random.Next(1500)), stop);
            Signal(leader, "STOP");
            var since = Stopwatch.GetTimestamp();
            var took = await stage.Within(TimeSpan.FromSeconds(20), async () => await stage.Leader() == standby.Id);
            takeovers.Add(Stopwatch.GetElapsedTime(since).TotalSeconds);
            await Task.Delay(TimeSpan.FromSeconds(10) - TimeSpan.FromSeconds(Math.Min(9, Stopwatch.GetElapsedTime(since).TotalSeconds)), stop);
            if (!leader.HasExited)
                Signal(leader, "CONT");
            var left = await stage.Within(TimeSpan.FromSeconds(10), () => Task.FromResult(leader.HasExited));
            var ended = await stage.Within(TimeSpan.FromSeconds(60), stage.IsAtRest);
            string? wrong = null;
            await stage.Within(TimeSpan.FromSeconds(5), () => Task.FromResult((wrong = Witness.Wrong(stage.Home, CrashStage.Replicas)) is null));
            var chain = await stage.ChainIsWhole();
            var harmless = took && left && ended && wrong is null && chain && await stage.Within(TimeSpan.FromSeconds(5), async () => await stage.Leader() == standby.Id);
            harm += harmless ? 0 : 1;
            progress($"  pause {pause}: taken over {took} in {takeovers.Max:0.0} s at most, ended itself {left} (exit code {(leader.HasExited ? leader.ExitCode : -1)}), rollout ended {ended}, journal whole {chain}, {wrong ?? "nothing left behind"}");
            leader = standby;
        }
        var report = await traffic.End();
        takeovers.Save();
        return
        [
            Figure.Exactly($"paused control planes that did harm when they woke beside their successor, of {pauses}", harm, "pauses", 0),
            Figure.AtMost("from the pause to the standby's first answer, slowest", takeovers.Max, "s", s_lease.TotalSeconds + 3, $"median {takeovers.Median:0.0} s, lease {s_lease.TotalSeconds:0} s"),
            Figure.Exactly($"requests lost over these pauses, of {report.Total.Ended}", report.Bad, "requests", 0),
        ];
    }

    /// <summary>Sends a signal to a process of ours.</summary>
    public static void Signal(Process process, string signal)
    {
        using var sent = Process.Start("kill", [$"-{signal}", $"{process.Id}"]);
        sent.WaitForExit();
    }
}

using System.Text.Json;

namespace Slipway.Bench;

/// <summary>
/// What a rollout takes beyond what was asked for: from the request to its end, less the bake time, less what the same
/// instances take to start without Slipway, measured just before each run.
/// </summary>
internal static class OwnTime
{
    private static readonly TimeSpan Bake = TimeSpan.FromMilliseconds(500);

    public static async Task<IReadOnlyList<Figure>> Measure(int runs, CancellationToken stop)
    {
        var manifest = BenchManifest.Of(
            $"{{ strategy: blue-green, bake: {Bake.TotalMilliseconds:0}ms }}",
            "{ inconclusive: { after: 0s, then: proceed } }");
        await using var stack = await Stack.Start(manifest, stop);
        var samples = new Samples("own-time");
        var whole = new Samples("own-time-with-start");
        for (var run = 0; run <= runs; run++)
        {
            var alone = await AloneStart.Milliseconds(instances: 2, stop);
            var (code, rollout) = await stack.Deploy([], "--version", $"{run}", "--wait", "settled");
            if (code != 0)
                throw new InvalidOperationException($"A good release was not promoted: {rollout}");
            // The first release has no stable one beside it and is not baked.
            if (run == 0)
                continue;
            whole.Add(WithStartMilliseconds(rollout));
            samples.Add(WithStartMilliseconds(rollout) - alone);
        }
        samples.Save();
        whole.Save();
        var controlPlane = ProcessTimes.ResidentMegabytes(stack.ControlPlaneId);
        var gateway = ProcessTimes.ResidentMegabytes(await stack.GatewayId());
        return
        [
            Figure.AtMost("memory of the control plane when idle", controlPlane, "MB", 150),
            Figure.AtMost("memory of the gateway when idle", gateway, "MB", 60),
            Figure.AtMost(
                $"a rollout's own time, median of {runs}", samples.Median, "ms", 300, $"slowest {samples.Max:0} ms; start included {whole.Median:0} ms"),
        ];
    }

    private static double WithStartMilliseconds(JsonElement rollout)
    {
        var requested = rollout.GetProperty("requestedAt").GetDateTimeOffset();
        var promoted = rollout.GetProperty("endedAt").GetDateTimeOffset();
        return (promoted - requested - Bake).TotalMilliseconds;
    }
}

using System.Text.Json;

namespace Slipway.Bench;

/// <summary>
/// What a rollout takes beyond what was asked for: from the request to its end, less the bake time. The start of the
/// instances is left in, so the figure is stricter than it needs to be: no peer's clock decides what a start is.
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
        for (var run = 0; run <= runs; run++)
        {
            var (code, rollout) = await stack.Deploy([], "--version", $"{run}", "--wait", "settled");
            if (code != 0)
                throw new InvalidOperationException($"A good release was not promoted: {rollout}");
            // The first release has no stable one beside it and is not baked.
            if (run > 0)
                samples.Add(OwnMilliseconds(rollout));
        }
        samples.Save();
        var controlPlane = ProcessTimes.ResidentMegabytes(stack.ControlPlaneId);
        var gateway = ProcessTimes.ResidentMegabytes(await stack.GatewayId());
        return
        [
            Figure.AtMost("memory of the control plane when idle", controlPlane, "MB", 150),
            Figure.AtMost("memory of the gateway when idle", gateway, "MB", 60),
            Figure.AtMost($"a rollout without its bake, start of instances included, median of {runs}", samples.Median, "ms", 300, $"slowest {samples.Max:0} ms"),
        ];
    }

    private static double OwnMilliseconds(JsonElement rollout)
    {
        var requested = rollout.GetProperty("requestedAt").GetDateTimeOffset();
        var promoted = rollout.GetProperty("endedAt").GetDateTimeOffset();
        return (promoted - requested - Bake).TotalMilliseconds;
    }
}

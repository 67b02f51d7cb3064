using Slipway.Core.Manifests;

namespace Slipway.Releases.Gates;

/// <summary>
/// D5: the 95th percentile of the time to the first byte, against stable over the same seconds or, where stable has no
/// traffic, its record from before. It fails when it is above the ratio and above the floor for as long as the plan says.
/// </summary>
public sealed class LatencyGate : IGate
{
    /// <inheritdoc/>
    public IEnumerable<GateReading> Read(GateInput input)
    {
        if (input.Rollout.TrafficSince is null)
            yield break;
        foreach (var released in input.Candidate.Services)
        {
            if (!released.Service.Routes.IsEmpty)
                yield return Judge(input, Comparison.Of(input, released.Service.Name)) with { Service = released.Service.Name };
        }
    }

    private static GateReading Judge(GateInput input, Comparison compared)
    {
        var plan = input.Plan;
        if (compared.Candidate is not { } candidate)
            return Say(Verdict.Inconclusive, compared.Missing);
        if (candidate.Requests < plan.RequestsMin)
            return Say(Verdict.Inconclusive, $"{candidate.Requests:N0} requests; at least {plan.RequestsMin} are needed");
        if (candidate.P95Microseconds is not { } mine)
            return Say(plan.RequestsMin == 0 ? Verdict.Pass : Verdict.Inconclusive, "no answer was timed");
        var floor = (long)plan.LatencyFloor.TotalMicroseconds;
        if (mine <= floor)
            return Say(Verdict.Pass, $"p95 {Milliseconds(mine)}, below the floor of {Milliseconds(floor)}");
        if (Baseline(plan, compared) is not { } baseline)
            return Say(Verdict.Inconclusive, $"p95 {Milliseconds(mine)}, and stable has too little traffic to compare with");
        var text = $"p95 {Milliseconds(mine)} ({baseline.From} {Milliseconds(baseline.P95)}), at most {plan.LatencyRatioMax:0.#} times that";
        return mine > Math.Max(1, baseline.P95) * plan.LatencyRatioMax
            ? Say(Verdict.Inconclusive, text) with { Exceeded = true }
            : Say(Verdict.Pass, text);
    }

    private static (long P95, string From)? Baseline(GatePlan plan, Comparison compared)
    {
        var enough = Math.Min(plan.RequestsMin, 20);
        if (compared.Stable is { } stable && stable.Requests >= enough && stable.P95Microseconds is { } now)
            return (now, "stable");
        return compared.Record is { P95Microseconds: { } before } record && record.Requests >= enough ? (before, "stable's record before") : null;
    }

    private static string Milliseconds(long microseconds) => $"{microseconds / 1000.0:0.0} ms";

    private static GateReading Say(Verdict verdict, string text) => new("latency", null, verdict, text)
    {
        Watched = true,
        Remedy = "Find what became slow: compare the candidate's traces and queries with the release before.",
    };
}

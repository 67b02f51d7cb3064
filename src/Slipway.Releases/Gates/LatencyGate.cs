using System.Collections.Immutable;
using Slipway.Core.Manifests;
using Slipway.Releases.Evidence;

namespace Slipway.Releases.Gates;

/// <summary>
/// D5: the time to the first byte, its median and 95th percentile, against stable over the same seconds or, where stable has
/// no traffic, its record at the same load. It fails once the candidate is surely slower than what is tolerated, which is
/// the root of the ratio that the plan names, so that both are as far apart as a release and its equal, and above the floor; it passes once it is surely faster than the plan's limit.
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
                yield return Judge(input, released.Service.Name) with { Service = released.Service.Name };
        }
    }

    private static GateReading Judge(GateInput input, ServiceName service)
    {
        if (!input.Traffic.Answers || input.Traffic.Last is null)
            return Say(Verdict.Inconclusive, "the gateway does not answer");
        if (input.Evidence?.Of(service) is not { } evidence)
            return Say(Verdict.Inconclusive, "the gateway has only begun to count");
        return evidence.LatencyReading(input.Traffic.Last.At, () => Judge(input, service, evidence));
    }

    private static GateReading Judge(GateInput input, ServiceName service, ServiceEvidence evidence)
    {
        var plan = input.Plan;
        var latency = evidence.Latency;
        var requests = evidence.Exposure.Requests;
        if (requests < plan.RequestsMin)
            return Say(Verdict.Inconclusive, $"{requests:N0} requests; at least {plan.RequestsMin} are needed");
        var floor = (long)plan.LatencyFloor.TotalMicroseconds;
        var (record, from) = Record(input, service, evidence);
        var tolerated = Math.Sqrt(plan.LatencyRatioMax);
        var (mine, theirs) = latency.Seen(0.95, record);
        var text = $"p95 {Milliseconds(mine)} ({from} {Milliseconds(theirs)})";
        // What is fast enough for everybody needs nothing to be compared with.
        if (latency.Slower(tolerated, floor, plan.FalseAlarms, plan.RequestsMin, record) is { Proved: true } proof)
            return Say(Verdict.Fail, $"p{proof.Quantile * 100:0} {Milliseconds(proof.Mine)} ({from} {Milliseconds(proof.Theirs)}), surely more than {tolerated:0.##} times that");
        if (latency.Faster(plan.LatencyRatioMax, floor, plan.Misses, plan.RequestsMin, record))
            return Say(Verdict.Pass, $"{text}, surely less than {plan.LatencyRatioMax:0.##} times that or {Milliseconds(floor)}");
        return Say(Verdict.Inconclusive, $"{text}; {(theirs is null ? "nothing to compare with" : "too few to say")}: {requests:N0} requests");
    }

    // Where stable has no share, only what it did at the same load says anything; null where it has a share, or had no such load.
    private static (ImmutableSortedDictionary<int, long>? Record, string From) Record(GateInput input, ServiceName service, ServiceEvidence evidence)
    {
        if (input.Rollout.Share < 100)
            return (null, "stable");
        var seconds = Math.Max(1, (input.Now - (input.Rollout.ShiftedAt ?? input.Now)).TotalSeconds);
        var load = evidence.Exposure.Requests / seconds;
        return input.Rollout.RecordOf(service, load)?.Latency is { } record ? (record, "stable's record before")
            : (ImmutableSortedDictionary<int, long>.Empty, $"no record of stable at {load:0.#} requests/s,");
    }

    private static string Milliseconds(long? microseconds) => microseconds is { } known ? $"{known / 1000.0:0.0} ms" : "unknown";

    private static GateReading Say(Verdict verdict, string text) => new("latency", null, verdict, text)
    {
        Watched = true,
        Remedy = "Find what became slow: compare the candidate's traces and queries with the release before.",
    };
}

using Slipway.Releases.Ports;

namespace Slipway.Releases.Gates;

/// <summary>
/// An instance of the candidate whose memory grows steadily towards its limit, called before it is there. Steadily: beyond
/// chance, and in the last third of the time as in the whole of it; and above what stable used at the same age, since a
/// program that warms up grows too.
/// </summary>
public sealed class LeakGate : IGate
{
    private const double ShareMin = 0.5;
    private const double AboveStable = 1.25;
    private const double ZMin = 5;
    private static readonly TimeSpan AgeWithoutStable = TimeSpan.FromMinutes(10);

    /// <inheritdoc/>
    public IEnumerable<GateReading> Read(GateInput input)
    {
        if (input.Plan.LeakHorizon == TimeSpan.Zero)
            yield break;
        foreach (var instance in input.CandidateInstances)
        {
            if (instance is not { Usage: { MemoryLimitBytes: > 0 and { } limit } usage, StartedAt: { } started, Phase: InstancePhase.Running }
                || usage.MemoryBytes < limit * ShareMin || input.Usages.Of(instance.Id) is not { } track || track.StartedAt != started)
                continue;
            if (!IsPastWarmUp(input, instance, usage.MemoryBytes, input.Now - started)
                || track.Trend is not { Z: >= ZMin, LeastBytesPerSecond: > 0 } trend || trend.LateBytesPerSecond < trend.BytesPerSecond / 2)
                continue;
            var left = (limit - usage.MemoryBytes) / trend.LeastBytesPerSecond;
            if (left > input.Plan.LeakHorizon.TotalSeconds)
                continue;
            yield return new("leak", instance.Service, Verdict.Fail,
                $"{instance.Id} uses {usage.MemoryBytes >> 20} of its {limit >> 20} MiB and {trend.BytesPerSecond * 60 / (1 << 20):0.0} MiB more each minute, so that the limit is {Math.Max(1, left / 60):0} min away")
            {
                Instance = instance.Id,
                Remedy = "Look for what is kept and never let go; if it is a cache, bound it, or give the service more under resources: memory.",
            };
        }
    }

    private static bool IsPastWarmUp(GateInput input, Instance instance, long memory, TimeSpan age)
    {
        var stable = input.Stable is null ? [] : input.Of(input.Stable.Id, instance.Service);
        return input.Usages.PeakAt(stable, age) is { } peak ? memory > peak * AboveStable : age >= AgeWithoutStable;
    }
}

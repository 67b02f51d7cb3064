using Slipway.Releases.Ports;

namespace Slipway.Releases.Gates;

/// <summary>D5: an instance of the candidate uses too much of its memory, its processor time or its database pool, for as long as the plan says.</summary>
public sealed class ResourceGate : IGate
{
    /// <inheritdoc/>
    public IEnumerable<GateReading> Read(GateInput input)
    {
        foreach (var instance in input.CandidateInstances)
        {
            if (instance.Usage is not { } usage)
                continue;
            if (usage.MemoryLimitBytes is > 0 and { } bytes)
                yield return Judge(input, instance, "memory-sustained", "memory", (double)usage.MemoryBytes / bytes, input.Plan.ResourceMax);
            if (usage.CpuLimitCores is > 0 and { } cores)
                yield return Judge(input, instance, "cpu", "processor time", usage.CpuCores / cores, input.Plan.ResourceMax);
            if (usage.PoolRatio is { } pool)
                yield return Judge(input, instance, "pool", "database pool", pool, input.Plan.PoolMax);
        }
    }

    private static GateReading Judge(GateInput input, Instance instance, string gate, string what, double ratio, double max)
    {
        var exceeded = ratio > max;
        return new(gate, instance.Service, exceeded ? Verdict.Inconclusive : Verdict.Pass,
            $"{instance.Id} uses {ratio:P0} of its {what}, at most {max:P0} for {input.Plan.Sustained.TotalSeconds:0.#} s")
        {
            Instance = instance.Id,
            Exceeded = exceeded,
            Watched = true,
            Remedy = $"Find what uses the {what}, or give the service more.",
        };
    }
}

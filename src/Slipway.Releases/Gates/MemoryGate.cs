namespace Slipway.Releases.Gates;

/// <summary>D4: an instance of the candidate uses nearly all the memory it may.</summary>
public sealed class MemoryGate : IGate
{
    /// <inheritdoc/>
    public IEnumerable<GateReading> Read(GateInput input)
    {
        foreach (var instance in input.CandidateInstances)
        {
            if (instance.Usage is not { MemoryLimitBytes: > 0 } usage)
                continue;
            var ratio = (double)usage.MemoryBytes / usage.MemoryLimitBytes!.Value;
            yield return new("memory", instance.Service, ratio > input.Plan.MemoryMax ? Verdict.Fail : Verdict.Pass,
                $"{instance.Id} uses {ratio:P0} of its {usage.MemoryLimitBytes >> 20} MiB, at most {input.Plan.MemoryMax:P0}")
            {
                Instance = instance.Id,
                Remedy = "Look for a leak, or give the service more under resources: memory.",
            };
        }
    }
}

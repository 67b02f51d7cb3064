using Slipway.Core.Manifests;
using Slipway.Releases.Measures;
using Slipway.Releases.Ports;

namespace Slipway.Releases.Gates;

/// <summary>
/// What the candidate's instances use against stable's: memory at the same age, processor time for each request, and the
/// share of the database pool, each as the median over the instances. Where there is nothing to compare with it says nothing.
/// </summary>
public sealed class GrowthGate : IGate
{
    // What an instance may use without doing anything, and the least that is worth a verdict, in cores.
    private const double IdleCores = 0.1;
    private const double CoresMin = 0.2;
    private const double PoolMin = 0.5;
    private static readonly TimeSpan Settled = TimeSpan.FromMinutes(1);

    /// <inheritdoc/>
    public IEnumerable<GateReading> Read(GateInput input)
    {
        if (input.Stable is null)
            yield break;
        // Once through all instances: an environment may hold thousands, of as many services.
        var stables = Measured(input.Instances.Where(one => one.Release == input.Stable.Id));
        foreach (var group in Measured(input.CandidateInstances))
        {
            var (name, mine, stable) = (group.Key, group.ToList(), stables[group.Key].ToList());
            if (stable.Count == 0)
                continue;
            foreach (var reading in (GateReading?[])[Memory(input, mine, stable), Processor(input, name, mine, stable), Pool(input, mine, stable)])
            {
                if (reading is not null)
                    yield return reading with { Service = name };
            }
        }
    }

    private static ILookup<ServiceName, Instance> Measured(IEnumerable<Instance> instances)
        => instances.Where(one => one is { Phase: InstancePhase.Running, Usage: not null, StartedAt: not null }).ToLookup(one => one.Service);

    private static GateReading? Memory(GateInput input, List<Instance> mine, List<Instance> stable)
    {
        var peaks = mine.Select(one => input.Usages.PeakAt(stable, input.Now - one.StartedAt!.Value)).OfType<double>().ToList();
        if (peaks.Count < mine.Count)
            return null;
        // Stable's present counts too: what both have grown to since, under a load that has risen, is not the release's.
        var reference = Math.Max(LevelWindow.Median(peaks), LevelWindow.Median(stable.Select(one => (double)one.Usage!.MemoryBytes)));
        var used = LevelWindow.Median(mine.Select(one => (double)one.Usage!.MemoryBytes));
        return Say(input, "memory-growth", used > input.Plan.Growth * reference && used - reference > input.Plan.GrowthFloorBytes,
            $"{used / (1 << 20):N0} MiB, stable at the same age {reference / (1 << 20):N0} MiB", "memory");
    }

    private static GateReading? Processor(GateInput input, ServiceName service, List<Instance> mine, List<Instance> stable)
    {
        var since = input.Now - input.Plan.Sustained;
        if (!input.Traffic.Answers || input.Traffic.Last is not { } last || input.Rollout.ShiftedAt is not { } shifted || shifted > since
            || input.Traffic.At(since) is not { } from || mine.Any(one => input.Now - one.StartedAt < Settled))
            return null;
        var seconds = (last.At - from.At).TotalSeconds;
        var (requests, others) = (input.Traffic.Since(from, service, input.Candidate.Id).Requests, input.Traffic.Since(from, service, input.Stable!.Id).Requests);
        if (seconds <= 0 || requests < Math.Max(1, input.Plan.RequestsMin) || others < Math.Max(1, input.Plan.RequestsMin))
            return null;
        var (cores, otherCores) = (mine.Sum(one => one.Usage!.CpuCores), stable.Sum(one => one.Usage!.CpuCores));
        var (each, otherEach) = (Math.Max(0, cores - (IdleCores * mine.Count)) * seconds / requests, otherCores * seconds / others);
        return Say(input, "cpu-growth", cores / mine.Count > CoresMin && each > input.Plan.Growth * otherEach,
            $"{each * 1000:0.##} ms of processor time a request, stable {otherEach * 1000:0.##} ms", "processor time");
    }

    private static GateReading? Pool(GateInput input, List<Instance> mine, List<Instance> stable)
    {
        var (used, others) = (mine.Select(one => one.Usage!.PoolRatio).OfType<double>().ToList(), stable.Select(one => one.Usage!.PoolRatio).OfType<double>().ToList());
        if (used.Count == 0 || others.Count == 0)
            return null;
        var (ratio, other) = (LevelWindow.Median(used), LevelWindow.Median(others));
        return Say(input, "pool-growth", ratio > PoolMin && ratio > input.Plan.Growth * other, $"{ratio:P0} of the database pool, stable {other:P0}", "database pool");
    }

    private static GateReading Say(GateInput input, string gate, bool exceeded, string text, string what)
        => new(gate, null, exceeded ? Verdict.Inconclusive : Verdict.Pass, $"{text}, at most {input.Plan.Growth:0.##} times that for {input.Plan.Sustained.TotalSeconds:0.#} s")
        {
            Exceeded = exceeded,
            Watched = true,
            Remedy = $"Find what uses more {what} than before; if it is meant to, raise gates: growth.",
        };
}

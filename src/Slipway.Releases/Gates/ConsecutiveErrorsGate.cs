using Slipway.Core.Manifests;
using Slipway.Core.Telemetry;
using Slipway.Releases.Ports;

namespace Slipway.Releases.Gates;

/// <summary>
/// D4: so many failed requests in a row, since the candidate has traffic, undo at once; unless stable fails too over the
/// same seconds. It looks at the last seconds only, so that a fault that both shared is not held against the candidate
/// once it has passed; a control plane that has only just begun to read looks back to when the candidate got traffic.
/// </summary>
public sealed class ConsecutiveErrorsGate : IGate
{
    // That a given request begins such a row; thousands may come in a burst.
    private const double BurstChance = 1e-7;
    private static readonly TimeSpan Back = TimeSpan.FromSeconds(3);

    /// <inheritdoc/>
    public IEnumerable<GateReading> Read(GateInput input)
    {
        if (input.Rollout.TrafficSince is null || input.Traffic.Last is not { } last)
            yield break;
        foreach (var released in input.Candidate.Services)
        {
            var name = released.Service.Name;
            if (TrafficLog.Find(last, name, input.Candidate.Id) is not { } traffic)
                continue;
            var row = LongestRow(input, last, traffic);
            var max = Math.Max(input.Plan.ConsecutiveErrors, RowOfBursts(input, name));
            var reading = new GateReading("consecutive-errors", name, row >= max ? Verdict.Fail : Verdict.Pass, $"{row} failed in a row at worst, {max} undo")
            {
                Instance = Only(input, name),
                Remedy = "Read the candidate's log lines, correct the fault and deploy again.",
            };
            yield return reading.Verdict == Verdict.Pass ? reading : StableFails(input, name, last, row) switch
            {
                true => reading with { Verdict = Verdict.Inconclusive, Shared = true, Text = $"{reading.Text}; stable fails as well, so the release is not to blame" },
                null => reading with { Verdict = Verdict.Inconclusive, Asking = true, Text = $"{reading.Text}; stable has answered too few requests since to say whether it fails as well" },
                _ => reading,
            };
        }
    }

    // Where stable is known to fail in bursts, a row must be longer than such a burst makes by chance.
    private static int RowOfBursts(GateInput input, ServiceName service)
    {
        var worst = Math.Min(0.8, input.Rollout.RecordOf(service)?.WorstErrorRatio ?? 0);
        return worst <= 0 ? 0 : (int)Math.Ceiling(Math.Log(BurstChance) / Math.Log(worst));
    }

    // The gateway counts by release; with one instance that is enough to name it.
    private static InstanceId? Only(GateInput input, ServiceName service)
        => input.Of(input.Candidate.Id, service).Where(one => one.Phase != InstancePhase.Stopping).ToList() is [var only] ? only.Id : null;

    private static int LongestRow(GateInput input, TrafficReading last, ReleaseTraffic traffic)
    {
        // Counters of an epoch that began after the candidate got traffic hold nothing that it inherited.
        var inherited = input.Rollout.Baseline is { } baseline && baseline.Epoch == last.Epoch
            ? baseline.Of(traffic.Service) : null;
        var (errorsBefore, rowBefore) = (inherited?.Errors ?? 0, inherited?.ErrorsInARowMax ?? 0);
        if (!HasJustBegun(input) && input.Traffic.At(input.Now - Back) is { } from && from.At > input.Rollout.TrafficSince)
        {
            var before = TrafficLog.Find(from, traffic.Service, traffic.Release);
            (errorsBefore, rowBefore) = (before?.Errors ?? 0, before?.ErrorsInARowMax ?? 0);
        }
        if (traffic.Errors <= errorsBefore)
            return 0;
        var longest = traffic.ErrorsInARowMax > rowBefore ? traffic.ErrorsInARowMax : traffic.ErrorsInARow;
        return (int)Math.Min(longest, traffic.Errors - (inherited?.Errors ?? 0));
    }

    private static bool? StableFails(GateInput input, ServiceName service, TrafficReading last, int row)
    {
        if (input.StableIsSick(service))
            return true;
        if (input.Stable is null || TrafficLog.Find(last, service, input.Stable.Id) is not { } stable)
            return false;
        if (stable.ErrorsInARow >= input.Plan.ConsecutiveErrors || (HasJustBegun(input) && stable.ErrorsInARowMax >= input.Plan.ConsecutiveErrors))
            return stable.Requests > 0;
        // What stable failed meanwhile need be no row, only no chance.
        return StableWitness.SharesRow(input, service, row, Back, input.Candidate.Find(service)?.Service.ErrorObjective ?? GatePlan.ErrorObjective);
    }

    private static bool HasJustBegun(GateInput input)
        => input.Traffic.Readings[0].At > input.Rollout.TrafficSince && input.Now - input.Traffic.Readings[0].At < Back;
}

namespace Slipway.Releases.Gates;

/// <summary>
/// D4: so many failed requests in a row, since the candidate has traffic, undo at once; unless stable fails in the same
/// way at the same moment.
/// </summary>
public sealed class ConsecutiveErrorsGate : IGate
{
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
            // Counters of an epoch that began after the candidate got traffic hold nothing that it inherited.
            var inherited = input.Rollout.Baseline is { } baseline && baseline.Epoch == last.Epoch
                ? baseline.Services.FirstOrDefault(one => one.Service == name) : null;
            var errors = traffic.Errors - (inherited?.Errors ?? 0);
            var longest = traffic.ErrorsInARowMax > (inherited?.ErrorsInARowMax ?? 0) ? traffic.ErrorsInARowMax : traffic.ErrorsInARow;
            var row = (int)Math.Min(longest, errors);
            var max = input.Plan.ConsecutiveErrors;
            var text = $"{row} failed in a row at worst, {max} undo";
            var reading = new GateReading("consecutive-errors", name, row >= max ? Verdict.Fail : Verdict.Pass, text)
            {
                Remedy = "Read the candidate's log lines, correct the fault and deploy again.",
            };
            var stable = input.Stable is null ? null : TrafficLog.Find(last, name, input.Stable.Id);
            yield return reading.Verdict == Verdict.Fail && (stable is { } other && other.ErrorsInARow >= max || input.StableIsSick(name))
                ? reading with { Verdict = Verdict.Inconclusive, Shared = true, Text = $"{text}; stable fails as well, so the release is not to blame" }
                : reading;
        }
    }
}

using System.Globalization;
using Slipway.Releases.Measures;

namespace Slipway.Releases.Gates;

/// <summary>
/// A worker by its jobs: the shares that failed, are tried again or were given up, beyond the objective and beyond
/// stable's over the same time; and the time in the queue and at work against stable's.
/// </summary>
public sealed class JobGate : IGate
{
    private static readonly string[] Shares = ["failed", "are tried again", "were given up"];
    private static readonly string[] Times = ["in the queue", "at work"];

    /// <inheritdoc/>
    public IEnumerable<GateReading> Read(GateInput input)
    {
        foreach (var (service, measures) in input.Measures.Services)
        {
            if (measures is { Jobs: { } jobs, Candidates.IsEmpty: false } && Judge(measures, jobs) is { } reading)
                yield return reading with { Service = service };
        }
    }

    private static GateReading? Judge(ServiceMeasures measures, JobTally jobs)
    {
        var missing = measures.Missing(jobs.Counters[0]);
        // A worker of which nothing is known, and nothing was promised, is judged by its health alone.
        if (!jobs.IsDeclared && (missing is not null || jobs.Processed is (0, 0)))
            return null;
        if (missing is not null)
            return Say(jobs, Verdict.Inconclusive, missing);
        for (var i = 0; i < Shares.Length; i++)
        {
            if (Failure(jobs, i) is { } failure)
                return failure;
        }
        for (var i = 0; i < Times.Length; i++)
        {
            if (jobs.Times[i] is { Suffices: true, Bound: { } bound } times)
                return Say(jobs, Verdict.Fail, $"{times.Slow.Value:P0} of {times.Slow.Exposure:N0} jobs were longer than {Seconds(bound)} {Times[i]} (p95 of stable within {Seconds(times.Stable ?? 0)}); at most {SlownessTally.SlowMax:P0} may be");
        }
        if (jobs.Counters.Skip(1).Select(measures.Missing).FirstOrDefault(one => one is not null) is { } partly && jobs.IsDeclared)
            return Say(jobs, Verdict.Inconclusive, partly);
        return Summary(jobs);
    }

    // Both must be beyond doubt: that it is worse than what is promised, and worse than stable.
    private static GateReading? Failure(JobTally jobs, int i)
    {
        var tally = jobs.Shares[i];
        if (!tally.Suffices(tally.Above))
            return null;
        var (mine, stable) = (tally.CandidateLately, tally.StableLately);
        var other = tally.Stable.Exposure > 0 ? $"stable {(stable.Exposure > 0 ? stable : tally.Stable).Value:P1}" : "nothing of stable's to compare with";
        var text = $"{mine.Value:P1} of {mine.Exposure:N0} jobs lately {Shares[i]} ({other}), at most {jobs.Plan.Objective:P0}";
        if (tally.Stable.Exposure <= 0 || tally.Suffices(tally.MoreThan))
            return Say(jobs, Verdict.Fail, text);
        return stable.Exposure > 0 && stable.Value > jobs.Plan.Objective
            ? Say(jobs, Verdict.Inconclusive, $"{text}; stable is as bad, so the release is not to blame") with { Shared = true }
            : Say(jobs, Verdict.Inconclusive, $"{text}; not yet told from stable's beyond doubt");
    }

    private static GateReading Summary(JobTally jobs)
    {
        var (plan, failed) = (jobs.Plan, jobs.Shares[0]);
        if (jobs.Processed.Candidate < plan.JobsMin)
            return Say(jobs, Verdict.Inconclusive, $"{jobs.Processed.Candidate:N0} jobs; at least {plan.JobsMin:N0} are needed");
        var mine = failed.CandidateLately;
        var text = $"{mine.Value:P1} of {mine.Exposure:N0} jobs lately failed, at most {plan.Objective:P0}{Took(jobs)}";
        return mine.Value > plan.Objective && mine.Value > plan.MoreThan * failed.StableLately.Value
            ? Say(jobs, Verdict.Inconclusive, $"{text}; too few to rule out chance")
            : Say(jobs, Verdict.Pass, text);
    }

    private static string Took(JobTally jobs)
        => jobs.Times[1] is { Candidate: { } mine } times ? $"; p95 at work within {Seconds(mine)}{(times.Stable is { } stable ? $" (stable {Seconds(stable)})" : "")}" : "";

    private static string Seconds(double seconds) => double.IsInfinity(seconds) ? "no bound" : seconds.ToString("0.###", CultureInfo.InvariantCulture) + " s";

    private static GateReading Say(JobTally jobs, Verdict verdict, string text) => new("jobs", null, verdict, text)
    {
        Watched = true,
        Remedy = jobs.IsDeclared ? "Read the worker's log lines for what its jobs met; correct that and deploy again."
            : "Read the worker's log lines for what its jobs met; name its metrics and limits under jobs if these are not the right ones.",
    };
}

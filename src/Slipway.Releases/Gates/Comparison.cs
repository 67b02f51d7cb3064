using Slipway.Core.Manifests;
using Slipway.Releases.Rollouts;

namespace Slipway.Releases.Gates;

/// <summary>The candidate's and stable's traffic of a service over the same seconds.</summary>
/// <param name="Candidate">The candidate's; null when the gateway's word is missing.</param>
/// <param name="Stable">Stable's over the same seconds; null when it had too little to compare with.</param>
/// <param name="Record">What stable did before, for when it has no traffic now; null when nothing is known.</param>
/// <param name="Missing">Why <paramref name="Candidate"/> is null, for people.</param>
public sealed record Comparison(TrafficWindow? Candidate, TrafficWindow? Stable, ServiceRecord? Record, string Missing)
{
    /// <summary>
    /// Compares over the last seconds (the plan's <see cref="GatePlan.Sustained"/>), or as far back as it takes to see enough
    /// requests of the candidate, but never from before its present share began: a window over two shares would hold more
    /// of the candidate's late requests than of stable's, and so blame it for what came late.
    /// </summary>
    public static Comparison Of(GateInput input, ServiceName service)
    {
        var record = input.Rollout.RecordOf(service);
        if (!input.Traffic.Answers || input.Traffic.Last is null)
            return new(null, null, record, "the gateway does not answer");
        if (input.Rollout.ShiftedAt is not { } began)
            return new(null, null, record, "no traffic yet");
        var back = input.Plan.Sustained;
        while (true)
        {
            var start = input.Now - back;
            var whole = start <= began;
            if (input.Traffic.At(whole ? began : start) is not { } from)
                return new(null, null, record, "the gateway has only begun to count");
            var candidate = input.Traffic.Since(from, service, input.Candidate.Id);
            if (whole || candidate.Requests >= input.Plan.RequestsMin)
            {
                var stable = input.Stable is null ? null : input.Traffic.Since(from, service, input.Stable.Id);
                return new(candidate, stable is { Requests: > 0 } && stable.Requests * 10 >= candidate.Requests ? stable : null, record, "");
            }
            back *= 2;
        }
    }
}

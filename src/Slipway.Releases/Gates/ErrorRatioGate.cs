using System.Globalization;
using Slipway.Core.Manifests;
using Slipway.Releases.Evidence;
using Slipway.Releases.Rollouts;

namespace Slipway.Releases.Gates;

/// <summary>
/// D5: failed requests. It fails once the evidence refutes both excuses, that the service keeps its objective and that it is
/// no worse than stable; it passes once the evidence refutes that the service is at the limit. Both tests may be looked at
/// after every request, for as long as one likes, and are wrong at most as often as the plan says.
/// </summary>
public sealed class ErrorRatioGate : IGate
{
    private const double ChanceMax = 0.001;

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
        var record = input.Rollout.RecordOf(service);
        var text = Numbers(evidence, record);
        var usual = Math.Max(evidence.Objective, record is null ? 0 : (double)record.Errors / Math.Max(1, record.Requests));
        if (StableWitness.BothAil(input, service, usual))
            return Say(Verdict.Inconclusive, $"{text}; stable fails as well, so the release is not to blame") with { Shared = true };
        if (evidence.Failing >= Caution.FailsAt(input.Plan))
        {
            var odds = $"more than the objective allows (as evidence {Odds(evidence.AgainstObjective)}) and more than stable ({Odds(evidence.AgainstStable)})";
            return StableWitness.Ails(input, service, usual) && evidence.Exposure.StableRequests == 0
                ? Say(Verdict.Inconclusive, $"{text}; stable is not ready either, so the release is not to blame") with { Shared = true }
                : Say(Verdict.Fail, $"{text}: {odds}");
        }
        if (input.Rollout.WithdrawnAt is { } since)
            return Say(Verdict.Inconclusive, $"{input.Rollout.WithdrawnWhy}; stepped back") with { StableFailed = StableWitness.HasAiled(input, service, since, usual) };
        var suspect = Caution.Suspects(input.Plan, evidence.Exposure, (record?.PerSecond ?? 0) * input.Rollout.Share / 100, Reference(evidence, record))
            && !StableWitness.Ails(input, service, usual);
        var passed = evidence.Passing >= 1 / input.Plan.Misses;
        return Say(passed ? Verdict.Pass : Verdict.Inconclusive, passed ? text : $"{text}; {Needed(input.Plan, evidence)}") with { Suspect = suspect };
    }

    // What a good release would fail: its objective, or what stable fails now or failed before if that is surely more and no stray error.
    private static double Reference(ServiceEvidence evidence, ServiceRecord? record)
    {
        var objective = evidence.Objective;
        return Math.Max(Surely(evidence.Exposure.StableErrors, evidence.Exposure.StableRequests), Surely(record?.Errors ?? 0, record?.Requests ?? 0));

        double Surely(long errors, long requests)
            => Binomial.Tail(errors, requests, objective) > ChanceMax ? objective : Math.Max(objective, (double)errors / requests);
    }

    private static string Needed(GatePlan plan, ServiceEvidence evidence)
        => $"{evidence.RequestsToPass(1 / plan.Misses):N0} more without an error would show that fewer than {plan.ErrorRatioMax:0.##%} fail";

    private static string Numbers(ServiceEvidence evidence, ServiceRecord? record)
    {
        var seen = evidence.Exposure;
        var against = seen.StableRequests > 0 ? $"stable {Percent(seen.StableRatio)} of {seen.StableRequests:N0}"
            : record is not null ? $"stable's record before {Percent((double)record.Errors / record.Requests)} of {record.Requests:N0}"
            : "nothing to compare with";
        return $"{seen.Errors:N0} of {seen.Requests:N0} failed, {Percent(seen.Ratio)} ({against}, objective {Percent(evidence.Objective)})";
    }

    private static string Percent(double ratio) => ratio.ToString("0.##%", CultureInfo.InvariantCulture);

    private static string Odds(double wealth) => wealth > 1e6 ? "above 1,000,000 to 1" : $"{wealth:N0} to 1";

    private static GateReading Say(Verdict verdict, string text) => new("errors", null, verdict, text)
    {
        Watched = true,
        Remedy = "Read the candidate's log lines, correct the fault and deploy again.",
    };
}

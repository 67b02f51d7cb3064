namespace Slipway.Releases.Gates;

/// <summary>
/// D5: the share of failed requests, against stable over the same seconds. It fails when the share is above the limit and
/// so far above that chance is no excuse: a service that fails exactly at the limit would show as many errors in less than
/// one of a hundred such windows (upper tail of the binomial distribution).
/// </summary>
public sealed class ErrorRatioGate : IGate
{
    private const double ChanceMax = 0.01;

    /// <inheritdoc/>
    public IEnumerable<GateReading> Read(GateInput input)
    {
        if (input.Rollout.TrafficSince is null)
            yield break;
        foreach (var released in input.Candidate.Services)
        {
            if (!released.Service.Routes.IsEmpty)
                yield return Judge(input, Comparison.Of(input, released.Service.Name)) with { Service = released.Service.Name };
        }
    }

    private static GateReading Judge(GateInput input, Comparison compared)
    {
        var max = input.Plan.ErrorRatioMax;
        if (compared.Candidate is not { } candidate)
            return Say(Verdict.Inconclusive, compared.Missing);
        var against = compared.Stable is { } stable ? $"stable {stable.ErrorRatio:P1} of {stable.Requests:N0}"
            : compared.Record is { } record ? $"stable's record before {Ratio(record.Errors, record.Requests):P1} of {record.Requests:N0}"
            : "nothing to compare with";
        var text = $"{candidate.ErrorRatio:P1} of {candidate.Requests:N0} ({against}), at most {max:P0}";
        if (candidate.Requests < input.Plan.RequestsMin)
            return Say(Verdict.Inconclusive, $"{text}; at least {input.Plan.RequestsMin} requests are needed");
        if (candidate.ErrorRatio <= max)
            return Say(Verdict.Pass, text);
        if (compared.Stable is { } same && same.ErrorRatio > max)
            return Say(Verdict.Inconclusive, $"{text}; stable fails as well, so the release is not to blame") with { Shared = true };
        return Chance(candidate.Errors, candidate.Requests, max) < ChanceMax
            ? Say(Verdict.Fail, text)
            : Say(Verdict.Inconclusive, $"{text}; too few to rule out chance");
    }

    private static double Ratio(long part, long whole) => whole == 0 ? 0 : (double)part / whole;

    private static GateReading Say(Verdict verdict, string text) => new("errors", null, verdict, text)
    {
        Watched = true,
        Remedy = "Read the candidate's log lines, correct the fault and deploy again.",
    };

    /// <summary>The chance of at least so many failures when each of n requests fails with probability p: 1 minus the binomial distribution function.</summary>
    internal static double Chance(long failures, long n, double p)
    {
        if (failures <= 0)
            return 1;
        if (p is <= 0 or >= 1)
            return p <= 0 ? 0 : 1;
        // Far above the mean the tail is nil; summing millions of terms to learn that would be a waste.
        var mean = n * p;
        if (n > 10_000)
            return Math.Exp(-n * Divergence((double)failures / n, p)) is var bound && failures > mean ? bound : 1;
        var term = Math.Pow(1 - p, n);
        double below = 0;
        if (term == 0)
            return failures > mean ? Math.Exp(-n * Divergence((double)failures / n, p)) : 1;
        for (long k = 0; k < failures; k++)
        {
            below += term;
            term *= (double)(n - k) / (k + 1) * (p / (1 - p));
        }
        return Math.Max(0, 1 - below);
    }

    // Chernoff's bound of the tail: exp(-n D(q||p)).
    private static double Divergence(double q, double p)
        => (q * Math.Log(q / p)) + (q >= 1 ? 0 : (1 - q) * Math.Log((1 - q) / (1 - p)));
}

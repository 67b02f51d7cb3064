using System.Collections.Immutable;

namespace Slipway.Releases.Evidence;

/// <summary>
/// Whether a service of the candidate fails more than it may: evidence against each of two excuses. One says that it keeps
/// the objective, the other that it is no worse than stable. Both must be refuted.
/// </summary>
internal sealed class ErrorEvidence
{
    /// <summary>The odds of failing, over stable's, up to which the candidate counts as no worse.</summary>
    public const double Tolerated = 1.25;

    private static readonly ImmutableArray<double> Ratios = [2.5, 6, 15, 40, 120, 800];
    private static readonly ImmutableArray<double> Shares = [0.1, 0.15, 0.2, 0.25, 0.2, 0.1];

    private readonly BettingProcess _objective = new(Shares, spread: true);
    private readonly BettingProcess _stable = new(Shares, spread: true);

    /// <summary>Evidence that more fails than the objective allows.</summary>
    public double AgainstObjective => _objective.Wealth;

    /// <summary>Evidence that the candidate fails more than stable.</summary>
    public double AgainstStable => _stable.Wealth;

    /// <summary>Evidence that both are true.</summary>
    public double Wealth => Math.Min(AgainstObjective, AgainstStable);

    /// <summary>Takes what was seen.</summary>
    /// <param name="at">Until when, since the first request.</param>
    /// <param name="block">What was seen.</param>
    /// <param name="objective">The share of failed requests that the service may have, above 0.</param>
    /// <param name="record">The most that stable may have failed before, where it has no share of the traffic to compare with; null where it has.</param>
    public void Take(TimeSpan at, in ErrorBlock block, double objective, double? record)
    {
        if (block.Requests == 0)
            return;
        Span<double> ratios = stackalloc double[Ratios.Length];
        for (var i = 0; i < ratios.Length; i++)
            ratios[i] = OneSample(block, objective, Ratios[i]);
        _objective.Take(at, ratios);
        for (var i = 0; i < ratios.Length; i++)
            ratios[i] = record is { } known ? OneSample(block, known, Ratios[i]) : SharedErrors.LogLikelihoodRatio(block, Tolerated * Ratios[i], Tolerated);
        _stable.Take(at, ratios);
    }

    // Failing at odds of so many times those of p, over failing at p itself; the odds keep it below 1 whatever p is.
    private static double OneSample(in ErrorBlock block, double p, double ratio)
    {
        var all = Math.Log(1 - p + (p * ratio));
        return (block.Errors * (Math.Log(ratio) - all)) - ((block.Requests - block.Errors) * all);
    }
}

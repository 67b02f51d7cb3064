using Slipway.Core.Manifests;

namespace Slipway.Releases.Evidence;

/// <summary>
/// When it is wise to take a share of the traffic back for a moment, long before anything is proved. The levels are chosen so
/// that a good release meets that at most with the plan's chance while it has a share, however long that lasts and whenever one
/// looks; exactly so where what a good release fails is known.
/// </summary>
internal static class Caution
{
    // A release at the limit shows the errors it takes within so many seconds, but for this chance.
    private const double HorizonSeconds = 10;
    private const double UnseenMax = 0.01;
    private const double ExpectedMax = 50;
    private const double FirstShare = 0.9;

    /// <summary>Whether so many errors are suspicious.</summary>
    /// <param name="plan">The numbers of the gates.</param>
    /// <param name="exposure">What was seen since the share began.</param>
    /// <param name="perSecond">The requests a second that the share should bring, known before it began and the same until it ends: a rate that follows the traffic would spend the chance twice.</param>
    /// <param name="reference">The share of requests that a good release fails.</param>
    public static bool Suspects(GatePlan plan, in ErrorBlock exposure, double perSecond, double reference)
    {
        if (plan.Caution <= 0 || exposure.Errors == 0)
            return false;
        var fewest = Fewest(plan.ErrorRatioMax * perSecond * HorizonSeconds);
        var more = exposure.Errors - fewest;
        var first = plan.Caution * FirstShare;
        if (more <= 0)
            return more == 0 && Binomial.Tail(exposure.Errors, exposure.Requests, reference) <= first;
        // Where a single error would have been enough for a while, whoever comes this far showed none in so many requests: only the
        // rest can hold the errors, and only so many come this far.
        var silent = fewest == 1 ? (long)(Math.Log(1 - first) / Math.Log(1 - reference)) : 0;
        // The inverse squares sum to pi²/6, and leave something to many errors, since the first may have been forgiven.
        var level = plan.Caution * (1 - FirstShare) * 6 / Math.Pow(Math.PI * more, 2) / (silent > 0 ? 1 - first : 1);
        return Binomial.Tail(exposure.Errors, exposure.Requests - silent, reference) <= level;
    }

    /// <summary>How many shares in a row, each taken back, are proof enough: so many by chance are rarer than half the false alarms over all steps.</summary>
    public static int Proof(GatePlan plan, int steps)
        => Math.Max(2, (int)Math.Ceiling(Math.Log(plan.FalseAlarms / (2.0 * Math.Max(1, steps))) / Math.Log(plan.Caution)));

    /// <summary>What a gate's evidence must reach to undo: half of the false alarms is left to it where the other half is for caution.</summary>
    public static double FailsAt(GatePlan plan) => (plan.Caution > 0 ? 2 : 1) / plan.FalseAlarms;

    // The most errors that a release at the limit shows within the horizon all but surely; much traffic need not fear a single one.
    private static long Fewest(double expected)
    {
        var mean = Math.Min(expected, ExpectedMax);
        var term = Math.Exp(-mean);
        var below = term;
        long fewest = 1;
        while (below + (term *= mean / fewest) <= UnseenMax)
        {
            below += term;
            fewest++;
        }
        return fewest;
    }
}

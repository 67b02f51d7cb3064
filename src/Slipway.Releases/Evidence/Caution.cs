using Slipway.Core.Manifests;

namespace Slipway.Releases.Evidence;

/// <summary>
/// When it is wise to take a share of the traffic back for a moment, long before anything is proved. The levels are chosen so
/// that a good release meets that at most with the plan's chance while it has a share, however long that lasts and whenever one
/// looks; exactly so where what a good release fails is known.
/// </summary>
internal static class Caution
{
    private const double FirstShare = 0.9;

    /// <summary>Whether so many errors are suspicious.</summary>
    /// <param name="plan">The numbers of the gates.</param>
    /// <param name="exposure">What was seen since the share began.</param>
    /// <param name="reference">The share of requests that a good release fails.</param>
    public static bool Suspects(GatePlan plan, in ErrorBlock exposure, double reference)
    {
        if (plan.Caution <= 0 || exposure.Errors == 0)
            return false;
        var first = plan.Caution * FirstShare;
        if (exposure.Errors == 1)
            return Binomial.Tail(1, exposure.Requests, reference) <= first;
        // Whoever is not taken back for a first error showed none in so many requests: only the rest can hold the later ones, and
        // only so many come this far. The inverse squares sum to pi²/6, and leave something to many errors, since the first may have been forgiven.
        var silent = (long)(Math.Log(1 - first) / Math.Log(1 - reference));
        var level = plan.Caution * (1 - FirstShare) * 6 / Math.Pow(Math.PI * (exposure.Errors - 1), 2) / (1 - first);
        return Binomial.Tail(exposure.Errors, exposure.Requests - silent, reference) <= level;
    }

    /// <summary>How many shares in a row, each taken back, are proof enough: so many by chance are rarer than half the false alarms over all steps.</summary>
    public static int Proof(GatePlan plan, int steps)
        => Math.Max(2, (int)Math.Ceiling(Math.Log(plan.FalseAlarms / (2.0 * Math.Max(1, steps))) / Math.Log(plan.Caution)));

    /// <summary>What a gate's evidence must reach to undo: half of the false alarms is left to it where the other half is for caution.</summary>
    public static double FailsAt(GatePlan plan) => (plan.Caution > 0 ? 2 : 1) / plan.FalseAlarms;
}

using Slipway.Releases.Journals;

namespace Slipway.Releases.Rollouts;

/// <summary>
/// The time of a guard. Only what somebody watched counts: the time in which no control plane ran, stood still or was blind is
/// added at the end, up to once as long as the guard itself.
/// </summary>
public static class GuardTime
{
    private static readonly TimeSpan Tolerance = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan MarkEveryMin = TimeSpan.FromSeconds(30);

    /// <summary>Whether the guard of an environment can see what it guards: the target answers, and the gateway where there is traffic to judge by.</summary>
    public static bool Sees(EnvironmentState state, Observation seen)
        => seen.TargetAnswers && (seen.TrafficAnswers || state.Live is not { } live || state.Releases[live].Release.Services.All(one => one.Service.Routes.IsEmpty));

    /// <summary>
    /// What the journal must know: that the guard has watched so far, three times in its course, or that it lasts longer; null
    /// for nothing.
    /// </summary>
    /// <param name="rollout">The rollout.</param>
    /// <param name="watched">When this control plane last saw what is guarded; null for never.</param>
    /// <param name="sees">Whether it sees it now.</param>
    /// <param name="now">The time.</param>
    public static JournalEvent? Next(RolloutState rollout, DateTimeOffset? watched, bool sees, DateTimeOffset now)
    {
        if (rollout is not { Phase: RolloutPhase.Guarding, GuardUntil: { } until })
            return null;
        var last = watched is { } own && own > rollout.GuardSeen ? own : rollout.GuardSeen ?? rollout.PhaseSince;
        var missed = now - last;
        var most = rollout.PhaseSince + (rollout.Terms.Guard * 2);
        if (missed > Tolerance && (sees || now >= until) && until < most)
            return new GuardExtended(until + missed < most ? until + missed : most, missed);
        var markEvery = rollout.Terms.Guard / 3 > MarkEveryMin ? rollout.Terms.Guard / 3 : MarkEveryMin;
        return sees && now < until && now - rollout.GuardSeen >= markEvery ? new GuardWatched() : null;
    }
}

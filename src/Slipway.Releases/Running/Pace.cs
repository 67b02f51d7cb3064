using Slipway.Releases.Rollouts;

namespace Slipway.Releases.Running;

/// <summary>How often an environment is looked at.</summary>
internal static class Pace
{
    /// <summary>While a rollout moves, or something is drained or replaced.</summary>
    public static readonly TimeSpan WatchEvery = TimeSpan.FromMilliseconds(100);

    /// <summary>While nothing moves.</summary>
    public static readonly TimeSpan IdleEvery = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan GuardEvery = TimeSpan.FromMilliseconds(250);

    /// <summary>The time after which to look again.</summary>
    /// <param name="state">The environment.</param>
    /// <param name="waits">When waits end; null for one that only a change ends.</param>
    /// <param name="draining">Whether something waits to be drained.</param>
    /// <param name="now">The time.</param>
    public static TimeSpan Of(EnvironmentState state, IEnumerable<DateTimeOffset?> waits, bool draining, DateTimeOffset now)
    {
        var pace = draining || !state.Condemned.IsEmpty ? WatchEvery : state.Current switch
        {
            { Phase: RolloutPhase.Guarding } => GuardEvery,
            { Phase: not (RolloutPhase.Building or RolloutPhase.Done) } => WatchEvery,
            _ when state.Guarded is not null => GuardEvery,
            _ => state.Live is null && state.Current is null && !state.Stopping ? IdleEvery * 5 : IdleEvery,
        };
        // A bake that ends between two ticks ends on time.
        foreach (var wait in waits)
        {
            if (wait is { } until && until > now && until - now < pace)
                pace = until - now;
        }
        return pace;
    }
}

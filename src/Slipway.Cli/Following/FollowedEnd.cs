using Slipway.Cli.Invoking;
using Slipway.Core.Api;

namespace Slipway.Cli.Following;

/// <summary>Turns what a rollout has come to into an exit code.</summary>
internal static class FollowedEnd
{
    /// <summary>The exit code of whoever follows a rollout; null while it is to be followed on.</summary>
    /// <param name="view">The rollout as it is now.</param>
    /// <param name="until">Until when it is followed.</param>
    public static int? ExitCode(RolloutView view, FollowUntil until)
    {
        if (view.Outcome is null && !(until == FollowUntil.Promoted && RolloutWords.IsPromoted(view)))
            return null;
        var done = until == FollowUntil.Undone ? view.Outcome == "rolled-back" : RolloutWords.IsPromoted(view);
        return done ? ExitCodes.Done : ExitCodes.No;
    }
}

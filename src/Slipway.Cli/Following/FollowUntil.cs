namespace Slipway.Cli.Following;

/// <summary>Until when a rollout is followed.</summary>
internal enum FollowUntil
{
    /// <summary>All traffic went to the candidate, or it ended otherwise.</summary>
    Promoted,

    /// <summary>The guard ended too.</summary>
    Settled,

    /// <summary>Not at all.</summary>
    None,
}

namespace Slipway.Cli.Following;

/// <summary>Until when a rollout is followed.</summary>
internal enum FollowUntil
{
    /// <summary>All traffic went to the candidate, or it ended otherwise.</summary>
    Promoted,

    /// <summary>The guard ended too.</summary>
    Settled,

    /// <summary>It was undone, as a person asked: anything else is a failure.</summary>
    Undone,

    /// <summary>Not at all.</summary>
    None,
}

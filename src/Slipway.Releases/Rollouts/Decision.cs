using Slipway.Releases.Journals;

namespace Slipway.Releases.Rollouts;

/// <summary>What a rollout does next.</summary>
public abstract record Decision
{
    private Decision()
    {
    }

    /// <summary>Nothing before something changes.</summary>
    /// <param name="Until">When to look again at the latest; null when only a change or a command can move it.</param>
    /// <param name="Why">What it waits for, for people; null when it need not be said.</param>
    public sealed record Wait(DateTimeOffset? Until, string? Why) : Decision;

    /// <summary>It moves: the event is journaled, and what it asks for is done afterwards.</summary>
    /// <param name="Event">The event.</param>
    public sealed record Move(JournalEvent Event) : Decision;
}

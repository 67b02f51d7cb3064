using Slipway.Releases.Evidence;

namespace Slipway.Releases.Journals;

/// <summary>All traffic goes back to stable for a moment, on a suspicion.</summary>
/// <param name="Why">What is suspicious, with its numbers.</param>
/// <param name="Counts">What the gateway had counted of both releases; null when it did not answer.</param>
public sealed record TrafficWithdrawn(string Why, TrafficCounts? Counts) : JournalEvent
{
    internal const string Name = "traffic-withdrawn";

    /// <inheritdoc/>
    public override string Kind => Name;

    /// <inheritdoc/>
    public override string What => $"Stepped back, all traffic goes to stable for a moment: {Why}.";
}

/// <summary>The candidate has its share of the traffic again.</summary>
/// <param name="Percent">The share.</param>
/// <param name="Shared">Whether stable showed the same fault meanwhile, so that the suspicion counts for nothing.</param>
/// <param name="Counts">What the gateway had counted of both releases; null when it did not answer.</param>
public sealed record TrafficReturned(int Percent, bool Shared, TrafficCounts? Counts) : JournalEvent
{
    internal const string Name = "traffic-returned";

    /// <inheritdoc/>
    public override string Kind => Name;

    /// <inheritdoc/>
    public override string What => $"{Percent} % of the traffic goes to the candidate again" + (Shared ? "; stable had failed as well." : ".");
}

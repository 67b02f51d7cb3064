namespace Slipway.Releases.Leases;

/// <summary>Who leads, as the store of the journal tells it.</summary>
/// <param name="Term">Rises by one with each holder; 0 when there was none yet.</param>
/// <param name="Holder">The identity of the one that leads, another for each start of a control plane; empty when the lease is free.</param>
/// <param name="Name">What people know the holder by, such as <c>web-1, process 4711</c>.</param>
/// <param name="Beat">Rises with every renewal.</param>
public sealed record LeaseRow(long Term, string Holder, string Name, long Beat)
{
    /// <summary>Whether nobody leads, since the last one gave the lease back.</summary>
    public bool IsFree => Holder.Length == 0;
}

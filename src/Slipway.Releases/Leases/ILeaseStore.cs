using Slipway.Releases.Journals;

namespace Slipway.Releases.Leases;

/// <summary>Keeps one lease beside a journal, where an append can check it in its own transaction. Safe for any number of threads.</summary>
public interface ILeaseStore : IDisposable
{
    /// <summary>Who leads.</summary>
    /// <exception cref="JournalException">The store does not answer.</exception>
    LeaseRow Read();

    /// <summary>Takes the lease, if it still is as it was seen.</summary>
    /// <param name="seen">As it was read; one that was renewed since is not taken.</param>
    /// <param name="holder">Who takes it.</param>
    /// <param name="name">What people know them by.</param>
    /// <returns>Whether it is theirs now.</returns>
    /// <exception cref="JournalException">The store does not answer; nobody knows whether it was taken.</exception>
    bool TryTake(LeaseRow seen, string holder, string name);

    /// <summary>Renews it; false when another holds it.</summary>
    /// <exception cref="JournalException">The store does not answer.</exception>
    bool Renew(string holder);

    /// <summary>Gives it back, if it is still theirs.</summary>
    /// <exception cref="JournalException">The store does not answer.</exception>
    void Release(string holder);
}

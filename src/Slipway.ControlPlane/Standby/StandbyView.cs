using Slipway.ControlPlane.Hosting;
using Slipway.Core.Api;
using Slipway.Releases.Journals;
using Slipway.Releases.Leases;
using Slipway.Releases.Running;

namespace Slipway.ControlPlane.Standby;

/// <summary>What a standby can say: who leads, and what the journal tells.</summary>
internal sealed class StandbyView(JournalPlace place, ILeaseStore lease, TimeProvider clock, ControlPlaneIdentity identity) : IAsyncDisposable
{
    private readonly Lock _sync = new();
    private Journal? _journal;
    private JournalFold? _fold;

    /// <summary>What people know the present leader by; empty when nobody leads, or nobody can say.</summary>
    public string Leader
    {
        get
        {
            try
            {
                var seen = lease.Read();
                return seen.IsFree ? "" : seen.Name;
            }
            catch (JournalException)
            {
                return "";
            }
        }
    }

    /// <summary>What this control plane is.</summary>
    public ControlPlaneView Itself => identity.View(0) with { Standby = true, Leader = Leader };

    /// <summary>What is said of everything that it shows.</summary>
    public string Note => $"As the journal tells it to a standby, which does not see what runs; {(Leader is { Length: > 0 } leader ? $"{leader} leads" : "nobody leads at this moment")}.";

    /// <summary>The journal, as it is now.</summary>
    /// <exception cref="JournalException">It does not answer.</exception>
    public Journal Journal
    {
        get
        {
            lock (_sync)
                return _journal ??= place.Follow(clock);
        }
    }

    /// <summary>What the journal tells, as it is now.</summary>
    /// <exception cref="JournalException">It does not answer.</exception>
    public JournalFold Fold()
    {
        var journal = Journal;
        lock (_sync)
        {
            _fold ??= new(journal);
            _fold.Refresh();
            return _fold;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_journal is not null)
            await _journal.DisposeAsync();
    }
}

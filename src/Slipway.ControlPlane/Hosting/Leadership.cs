using System.Globalization;
using System.Security.Cryptography;
using Slipway.Releases.Journals;
using Slipway.Releases.Leases;

namespace Slipway.ControlPlane.Hosting;

/// <summary>The lead of a home: its lease, kept up, and its lock.</summary>
internal sealed class Leadership : IAsyncDisposable
{
    private readonly HomeLock _lock;

    private Leadership(string holder, LeaseKeeper lease, HomeLock homeLock, bool wasSilent)
        => (Holder, Lease, _lock, WasSilent) = (holder, lease, homeLock, wasSilent);

    /// <summary>Who we are in the lease.</summary>
    public string Holder { get; }

    /// <summary>Our lease.</summary>
    public LeaseKeeper Lease { get; }

    /// <summary>Whether the one before only went silent, so that it may wake beside us.</summary>
    public bool WasSilent { get; }

    /// <summary>The process that led before, if that went silent; null when nobody knows.</summary>
    public int? FormerProcess { get; private init; }

    /// <summary>Takes the lead, waiting for it where that was asked for.</summary>
    /// <param name="options">How to.</param>
    /// <param name="home">Of which home.</param>
    /// <param name="place">Where its journal is.</param>
    /// <param name="clock">The time.</param>
    /// <param name="standBy">Called once when there is one who leads; it runs until it is cancelled.</param>
    /// <param name="end">Cancels the waiting.</param>
    /// <exception cref="StartRefusedException">Another leads, and it was not asked to wait.</exception>
    /// <exception cref="JournalException">The store does not answer.</exception>
    /// <exception cref="OperationCanceledException">It was asked to end while it waited.</exception>
    public static async Task<Leadership> Take(
        StartOptions options, Home home, JournalPlace place, TimeProvider clock, Func<ILeaseStore, CancellationToken, Task> standBy, CancellationToken end)
    {
        var holder = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8));
        var homeLock = options.Standby ? HomeLock.TryTake(home, holder) : HomeLock.Take(home, holder);
        ILeaseStore? store = null;
        try
        {
            if (options.RepairJournal)
                await place.Repair(clock);
            store = place.Lease();
            var claim = new LeaseClaim(holder, store, home, homeLock);
            if (!claim.TryAtOnce())
                await Wait(claim, options, clock, standBy, end);
            homeLock = claim.Lock;
            return new(holder, new(store, holder, options.Lease, clock), homeLock!, claim.WasSilent) { FormerProcess = claim.FormerProcess };
        }
        catch
        {
            store?.Dispose();
            homeLock?.Dispose();
            throw;
        }
    }

    /// <summary>Gives it back, so that the next one need not wait.</summary>
    public async ValueTask DisposeAsync()
    {
        await Lease.DisposeAsync();
        _lock.Dispose();
    }

    private static async Task Wait(
        LeaseClaim claim, StartOptions options, TimeProvider clock, Func<ILeaseStore, CancellationToken, Task> standBy, CancellationToken end)
    {
        var watch = new LeaseWatch(claim.Store, options.Lease, clock);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(end);
        var standingBy = options.Standby ? standBy(claim.Store, stop.Token) : Task.Delay(Timeout.Infinite, stop.Token);
        try
        {
            while (!Look(claim, watch, options))
            {
                if (standingBy.IsFaulted)
                    await standingBy;
                await Task.Delay(options.Lease.LookEvery, clock, end);
            }
        }
        finally
        {
            await stop.CancelAsync();
            await standingBy.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static bool Look(LeaseClaim claim, LeaseWatch watch, StartOptions options)
    {
        try
        {
            if (claim.TryAtOnce())
                return true;
            var (lease, hasEnded) = watch.Look();
            if (watch.SeenAlive && !options.Standby)
            {
                throw new StartRefusedException(
                    $"SLIP479: Another control plane leads: {lease.Name}.", "Use that one, end it first, or let this one wait for its turn with --standby.");
            }
            return hasEnded && claim.TryTake(lease);
        }
        catch (JournalException) when (options.Standby)
        {
            // The store is away, for the one that leads as well; a standby outlasts that.
            return false;
        }
    }
}

/// <summary>What may be claimed, and on what grounds.</summary>
internal sealed class LeaseClaim(string holder, ILeaseStore store, Home home, HomeLock? homeLock)
{
    private static readonly string s_name = string.Create(CultureInfo.InvariantCulture, $"{Environment.MachineName}, process {Environment.ProcessId}");

    /// <summary>Where the lease is.</summary>
    public ILeaseStore Store => store;

    /// <summary>The lock of the home; null while another holds it.</summary>
    public HomeLock? Lock { get; private set; } = homeLock;

    /// <summary>The process that had the lock before it was replaced.</summary>
    public int? FormerProcess { get; private set; }

    /// <summary>Whether the lease was taken from one that was not known to be dead.</summary>
    public bool WasSilent { get; private set; }

    /// <summary>Takes the lease where it is free, or its holder is known to be dead since its home's lock could be had.</summary>
    public bool TryAtOnce()
    {
        Lock ??= HomeLock.TryTake(home, holder);
        var lease = store.Read();
        return (lease.IsFree || (Lock is { Former: { Length: > 0 } former } && former == lease.Holder)) && TryTake(lease, silent: lease.IsFree && Lock is null);
    }

    /// <summary>Takes the lease after its end.</summary>
    public bool TryTake(LeaseRow lease) => TryTake(lease, silent: true);

    private bool TryTake(LeaseRow lease, bool silent)
    {
        try
        {
            if (!store.TryTake(lease, holder, s_name))
                return false;
        }
        catch (JournalBusyException) when (silent && PausedHolder.End(home))
        {
            // It was paused in the middle of a write, which nobody could have ended but itself. It is dead now.
            return false;
        }
        WasSilent = silent;
        FormerProcess = Lock is null ? HomeLock.ReadHolder(home.Lock) : null;
        Lock ??= HomeLock.Replace(home, holder);
        return true;
    }
}

using Slipway.Releases.Journals;
using Slipway.Releases.Leases;
using Slipway.Targets.Journals;

namespace Slipway.ControlPlane.Hosting;

/// <summary>Where the journal is: in the home, or in PostgreSQL.</summary>
internal sealed class JournalPlace
{
    private const string Variable = "SLIPWAY_JOURNAL";
    private readonly Home _home;
    private readonly PostgresJournal? _postgres;

    private JournalPlace(Home home, PostgresJournal? postgres) => (_home, _postgres) = (home, postgres);

    /// <summary>Whether control planes of other homes may lead too.</summary>
    public bool IsShared => _postgres is not null;

    /// <summary>As the options say. A connection string comes from a file or a variable: command lines are public.</summary>
    /// <exception cref="StartRefusedException">The connection string cannot be read.</exception>
    public static JournalPlace Of(StartOptions options, Home home)
    {
        try
        {
            var text = options.JournalFile is { } file ? File.ReadAllText(file).Trim() : Environment.GetEnvironmentVariable(Variable);
            // What instances inherit is chosen; a variable that nobody needs any more is one that cannot leak.
            Environment.SetEnvironmentVariable(Variable, null);
            return new(home, string.IsNullOrEmpty(text) ? null : PostgresJournal.At(text));
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or FormatException)
        {
            throw new StartRefusedException($"SLIP479: The journal's connection string cannot be read: {fault.Message.TrimEnd('.')}.", "Correct the file of --journal, or the variable SLIPWAY_JOURNAL.", fault);
        }
    }

    /// <summary>The lease.</summary>
    /// <exception cref="JournalException">The store does not answer.</exception>
    public ILeaseStore Lease() => _postgres is null ? Journal.Lease(_home.Folder) : _postgres.Lease();

    /// <summary>The journal, to be written by the holder of the lease.</summary>
    /// <param name="clock">The time.</param>
    /// <param name="holder">Who holds the lease.</param>
    /// <param name="around">What is put around its store.</param>
    /// <exception cref="JournalException">It is damaged, or does not answer.</exception>
    public Journal Lead(TimeProvider clock, string holder, Func<IEventStore, IEventStore> around)
        => Journal.Over(around(_postgres is null ? Journal.Store(_home.Folder, holder) : _postgres.Store(holder)), clock);

    /// <summary>The journal, to be read beside the one that leads.</summary>
    /// <exception cref="JournalException">It is damaged, or does not answer.</exception>
    public Journal Follow(TimeProvider clock) => Lead(clock, "nobody", store => store);

    /// <summary>Sets a damaged journal aside, where it is damaged.</summary>
    /// <exception cref="JournalException">It cannot be.</exception>
    public async Task Repair(TimeProvider clock)
    {
        if (_postgres is null)
            await Journal.Open(_home.Folder, clock, repair: true).DisposeAsync();
        else
            _postgres.Repair(clock);
    }
}

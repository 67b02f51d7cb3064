using Slipway.Releases.Journals;
using Slipway.Releases.Leases;

namespace Slipway.Targets.Journals;

/// <summary>The lease of a journal in PostgreSQL: one row, which an append locks.</summary>
/// <param name="link">The connection; owned.</param>
internal sealed class PostgresLeaseStore(PostgresLink link) : ILeaseStore
{
    /// <inheritdoc/>
    public LeaseRow Read() => link.Run("SELECT term, holder, name, beat FROM slipway_lease", command =>
    {
        using var reader = command.ExecuteReader();
        return reader.Read() ? new LeaseRow(reader.GetInt64(0), reader.GetString(1), reader.GetString(2), reader.GetInt64(3))
            : throw new JournalException("The table slipway_lease is empty: somebody has deleted its row. Put it back: INSERT INTO slipway_lease VALUES (1, 0, '', '', 0).");
    });

    /// <inheritdoc/>
    public bool TryTake(LeaseRow seen, string holder, string name)
        => link.Change(
            "UPDATE slipway_lease SET term = term + 1, holder = @holder, name = @name, beat = 0 WHERE term = @term AND holder = @seen AND beat = @beat",
            ("holder", holder), ("name", name), ("term", seen.Term), ("seen", seen.Holder), ("beat", seen.Beat)) == 1
            || link.Run("SELECT 1 FROM slipway_lease WHERE holder = @holder", command => command.ExecuteScalar() is not null, ("holder", holder));

    /// <inheritdoc/>
    public bool Renew(string holder) => link.Change("UPDATE slipway_lease SET beat = beat + 1 WHERE holder = @holder", ("holder", holder)) == 1;

    /// <inheritdoc/>
    public void Release(string holder) => link.Change("UPDATE slipway_lease SET holder = '' WHERE holder = @holder", ("holder", holder));

    /// <inheritdoc/>
    public void Dispose() => link.Dispose();
}

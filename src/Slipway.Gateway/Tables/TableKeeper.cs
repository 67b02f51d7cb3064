using System.Collections.Immutable;
using System.Text.Json;
using Slipway.Core.Routing;
using Slipway.Gateway.Balancing;
using Slipway.Gateway.Hosting;

namespace Slipway.Gateway.Tables;

/// <summary>What became of a table that was put to the gateway.</summary>
internal abstract record TableOutcome
{
    private TableOutcome()
    {
    }

    /// <summary>It is live, and on disk.</summary>
    public sealed record Live(long Version) : TableOutcome;

    /// <summary>It is older than the one that is live, or comes from a control plane that has been replaced.</summary>
    public sealed record Stale(TableRefusal Refusal) : TableOutcome;

    /// <summary>It has faults.</summary>
    public sealed record Faulty(TableRefusal Refusal) : TableOutcome;

    /// <summary>Another gateway takes this one's place, and tables from now on.</summary>
    public sealed record Replaced(TableRefusal Refusal) : TableOutcome;

    /// <summary>It could not be written to disk, so the former one stays live.</summary>
    public sealed record Unsaved(TableRefusal Refusal) : TableOutcome;
}

/// <summary>Decides about tables, one at a time: checks, saves, then makes live.</summary>
internal sealed class TableKeeper(LiveTables tables, TableStore store, GatewayLog log)
{
    private readonly Lock _lock = new();
    private bool _isClosed;

    /// <summary>Makes the table from disk live, if there is one.</summary>
    public void Load()
    {
        lock (_lock)
        {
            if (store.Load() is not { } table)
                return;
            tables.Replace(table);
            log.Info("the route table from disk is live", ("version", $"{table.Version}"));
        }
    }

    /// <summary>Takes no more tables: whoever reads the disk from here on reads the last one.</summary>
    public void Close()
    {
        lock (_lock)
            _isClosed = true;
    }

    /// <summary>
    /// Takes a table. It is saved before it goes live: should the gateway end in between, its next start serves the new one
    /// and the control plane, which got no answer, puts the same one again.
    /// </summary>
    public TableOutcome Put(RouteTable table)
    {
        lock (_lock)
        {
            var current = tables.Current.Table;
            TableRefusal Refuse(string reason, ImmutableArray<RouteTableFault> faults)
                => new(reason, current.Version, current.Fence, faults);
            if (_isClosed)
                return new TableOutcome.Replaced(Refuse("Another gateway takes this one's place. Put the table again.", []));
            if (table.Fence < current.Fence)
                return new TableOutcome.Stale(Refuse("The fencing token is lower than the highest seen.", []));
            if (table.Version < current.Version)
                return new TableOutcome.Stale(Refuse("The version is lower than the one that is live.", []));
            if (RouteTableRules.Validate(table) is { IsEmpty: false } faults)
                return new TableOutcome.Faulty(Refuse("The table has faults.", faults));
            if (table.Version == current.Version)
            {
                return IsSame(table, current)
                    ? new TableOutcome.Live(current.Version)
                    : new TableOutcome.Stale(Refuse("The version that is live has another content.", []));
            }
            try
            {
                store.Save(table);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                log.Error("a route table cannot be saved", ("version", $"{table.Version}"), ("fault", e.Message));
                return new TableOutcome.Unsaved(Refuse($"The table cannot be saved: {e.Message}", []));
            }
            tables.Replace(table);
            log.Info("a route table is live", ("version", $"{table.Version}"), ("fence", $"{table.Fence}"));
            return new TableOutcome.Live(table.Version);
        }
    }

    private static bool IsSame(RouteTable one, RouteTable other)
        => JsonSerializer.SerializeToUtf8Bytes(one, RoutingJson.Default.RouteTable).AsSpan()
            .SequenceEqual(JsonSerializer.SerializeToUtf8Bytes(other, RoutingJson.Default.RouteTable));
}

using System.Collections.Immutable;
using Slipway.Core.Manifests;
using Slipway.Releases.Journals;
using Slipway.Releases.Ports;
using Slipway.Releases.Rollouts;

namespace Slipway.Releases.OneOffs;

/// <summary>What has run once in an environment, and what its data has become by that; empty again after a reset.</summary>
public sealed record OneOffLedger
{
    /// <summary>Nothing has run.</summary>
    public static OneOffLedger Empty { get; } = new();

    /// <summary>Jobs and migrations that ended well, by release.</summary>
    public ImmutableHashSet<WorkloadKey> Done { get; init; } = [];

    /// <summary>Seeds that ended well, as their services and commands.</summary>
    public ImmutableHashSet<string> Seeded { get; init; } = [];

    /// <summary>How many incompatible migrations the data has gone through.</summary>
    public int Generation { get; init; }

    /// <summary>Up to which of them each release knows the data.</summary>
    public ImmutableDictionary<ReleaseId, int> Known { get; init; } = ImmutableDictionary<ReleaseId, int>.Empty;

    /// <summary>The version that the last migration said it has brought the data to; null when none said so.</summary>
    public string? Schema { get; init; }

    /// <summary>Whether a one-off of a release need not run any more.</summary>
    public bool IsDone(ReleaseId release, OneOff one)
        => one.Kind == OneOffKind.Seed ? Seeded.Contains(one.SeedKey) : Done.Contains(new(release, one.Name));

    /// <summary>Whether the data has been changed since in a way that a release cannot work with.</summary>
    public bool Forbids(ReleaseId release) => Known.GetValueOrDefault(release) < Generation;

    /// <summary>The ledger after an event of a rollout.</summary>
    public OneOffLedger After(JournalEvent happened, RolloutState rollout) => happened switch
    {
        ReleaseBuilt e => Built(e.Kept.Release.Id, rollout.Blueprint?.Derived?.Release),
        JobFinished e => this with { Done = Done.Add(new(rollout.Candidate!.Value, e.Service)) },
        SeedFinished e => this with { Seeded = Seeded.Add(e.Seed) },
        MigrationFinished e => Migrated(rollout.Candidate!.Value, e),
        _ => this,
    };

    // One that is made of another without a build, as for another secret, has nothing of its own to run.
    private OneOffLedger Built(ReleaseId release, ReleaseId? origin) => this with
    {
        Done = origin is null ? Done : Done.Union(Done.Where(one => one.Release == origin).Select(one => one with { Release = release })),
        Known = Known.ContainsKey(release) ? Known
            : Known.Add(release, origin is { } other ? Known.GetValueOrDefault(other) : Generation),
    };

    private OneOffLedger Migrated(ReleaseId release, MigrationFinished e)
    {
        var next = this with { Done = Done.Add(new(release, e.Service)), Schema = e.Schema ?? Schema };
        return e.Compatible ? next : next with { Generation = Generation + 1, Known = Known.SetItem(release, Generation + 1) };
    }
}

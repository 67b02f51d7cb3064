using System.Collections.Immutable;
using Slipway.Core.Manifests;
using Slipway.Releases.OneOffs;
using Slipway.Releases.Rollouts;

namespace Slipway.Releases.Journals;

/// <summary>Before the candidate starts, its migrations and seeds are run, one after the other.</summary>
/// <param name="OneOffs">Their names, in order.</param>
public sealed record MigrationsBegun(ImmutableArray<ServiceName> OneOffs) : JournalEvent
{
    internal const string Name = "migrations-begun";

    /// <inheritdoc/>
    public override string Kind => Name;

    /// <inheritdoc/>
    public override string What => $"Running {string.Join(", ", OneOffs)} before anything of the release starts.";
}

/// <summary>A job, migration or seed was seen to have begun.</summary>
/// <param name="Service">Its name.</param>
/// <param name="Purpose">What it is for.</param>
/// <param name="Instance">The instance.</param>
public sealed record OneOffStarted(ServiceName Service, OneOffKind Purpose, InstanceId Instance) : JournalEvent
{
    internal const string Name = "one-off-started";

    /// <inheritdoc/>
    public override string Kind => Name;

    /// <inheritdoc/>
    public override string What => $"{Purpose} {Service} has begun.";
}

/// <summary>Nobody saw how one that may be repeated has ended; it runs again.</summary>
/// <param name="Service">Its name.</param>
/// <param name="Purpose">What it is for.</param>
public sealed record OneOffRepeated(ServiceName Service, OneOffKind Purpose) : JournalEvent
{
    internal const string Name = "one-off-repeated";

    /// <inheritdoc/>
    public override string Kind => Name;

    /// <inheritdoc/>
    public override string What => $"Nobody saw how {Service} ended; it may be repeated, and runs again.";
}

/// <summary>A migration of the candidate has ended well. There is no way back from it.</summary>
/// <param name="Service">Its name.</param>
/// <param name="Compatible">Whether the release before can work with what it leaves.</param>
/// <param name="Schema">The version that it says it has brought the data to; null when it says none.</param>
public sealed record MigrationFinished(ServiceName Service, bool Compatible, string? Schema) : JournalEvent
{
    internal const string Name = "migration-finished";

    /// <inheritdoc/>
    public override string Kind => Name;

    /// <inheritdoc/>
    public override string What => $"Migration {Service} has finished" + (Schema is null ? "" : $", the schema is {Schema}")
        + (Compatible ? "." : "; no release before this one can work with the data any more.");
}

/// <summary>A seed has filled the environment's data.</summary>
/// <param name="Service">Its name.</param>
/// <param name="Seed">By what it is known.</param>
public sealed record SeedFinished(ServiceName Service, string Seed) : JournalEvent
{
    internal const string Name = "seed-finished";

    /// <inheritdoc/>
    public override string Kind => Name;

    /// <inheritdoc/>
    public override string What => $"Seed {Service} has finished.";
}

/// <summary>A rollout has failed and cannot be undone, since the release before cannot work with the data any more.</summary>
/// <param name="Failure">Why.</param>
public sealed record RolloutStuck(Failure Failure) : JournalEvent
{
    internal const string Name = "rollout-stuck";

    /// <inheritdoc/>
    public override string Kind => Name;

    /// <inheritdoc/>
    public override string What => $"It fails and cannot be undone, so it holds: {Failure.Reason}";
}

/// <summary>The candidate of a rollout that failed is live, since nothing else can be.</summary>
/// <param name="Release">The candidate.</param>
public sealed record CandidateKept(ReleaseId Release) : JournalEvent
{
    internal const string Name = "candidate-kept";

    /// <inheritdoc/>
    public override string Kind => Name;

    /// <inheritdoc/>
    public override string What => $"{Release} stays, though it fails: no release before it can work with the data.";
}

namespace Slipway.Core.Manifests;

/// <summary>How something runs that runs once and ends.</summary>
/// <param name="TimeMax">How long it may take, 1 s or more, before all of it is ended and counts as failed.</param>
/// <param name="Repeatable">Whether it may be run again when nobody saw how it ended.</param>
public sealed record JobPlan(TimeSpan TimeMax, bool Repeatable)
{
    /// <summary>What holds for a job that says nothing: 10 minutes, and never again.</summary>
    public static JobPlan Default { get; } = new(TimeSpan.FromMinutes(10), false);
}

/// <summary>Brings the data of a service to what a release needs; there is no way back.</summary>
/// <param name="Run">The command, run from the service's artefact with its settings.</param>
/// <param name="Plan">How it runs.</param>
/// <param name="Compatible">Whether the release before can work with what it leaves.</param>
public sealed record Migration(CommandLine Run, JobPlan Plan, bool Compatible);

/// <summary>Fills the data of an environment once.</summary>
/// <param name="Run">The command, run from the service's artefact with its settings.</param>
/// <param name="Plan">How it runs.</param>
public sealed record Seed(CommandLine Run, JobPlan Plan);

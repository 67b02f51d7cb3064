using System.Text.Json.Serialization;

namespace Slipway.Releases.Journals;

/// <summary>
/// Something that happened, or that is about to be done. State is the fold of these, so each holds what a restarted
/// control plane must know; a secret appears as its version only.
/// </summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "event")]
[JsonDerivedType(typeof(ControlPlaneStarted), ControlPlaneStarted.Name)]
[JsonDerivedType(typeof(JournalRepaired), JournalRepaired.Name)]
[JsonDerivedType(typeof(DownRequested), DownRequested.Name)]
[JsonDerivedType(typeof(DownFinished), DownFinished.Name)]
[JsonDerivedType(typeof(RolloutRequested), RolloutRequested.Name)]
[JsonDerivedType(typeof(RolloutBegun), RolloutBegun.Name)]
[JsonDerivedType(typeof(ReleaseBuilt), ReleaseBuilt.Name)]
[JsonDerivedType(typeof(StepStarting), StepStarting.Name)]
[JsonDerivedType(typeof(InstancesReady), InstancesReady.Name)]
[JsonDerivedType(typeof(InstanceProved), InstanceProved.Name)]
[JsonDerivedType(typeof(WaitBegun), WaitBegun.Name)]
[JsonDerivedType(typeof(WaitEnded), WaitEnded.Name)]
[JsonDerivedType(typeof(RolloutSteered), RolloutSteered.Name)]
[JsonDerivedType(typeof(TrafficShifted), TrafficShifted.Name)]
[JsonDerivedType(typeof(TrafficWithdrawn), TrafficWithdrawn.Name)]
[JsonDerivedType(typeof(TrafficReturned), TrafficReturned.Name)]
[JsonDerivedType(typeof(HandOverBegun), HandOverBegun.Name)]
[JsonDerivedType(typeof(JobFinished), JobFinished.Name)]
[JsonDerivedType(typeof(MigrationsBegun), MigrationsBegun.Name)]
[JsonDerivedType(typeof(OneOffStarted), OneOffStarted.Name)]
[JsonDerivedType(typeof(OneOffRepeated), OneOffRepeated.Name)]
[JsonDerivedType(typeof(MigrationFinished), MigrationFinished.Name)]
[JsonDerivedType(typeof(SeedFinished), SeedFinished.Name)]
[JsonDerivedType(typeof(RolloutStuck), RolloutStuck.Name)]
[JsonDerivedType(typeof(CandidateKept), CandidateKept.Name)]
[JsonDerivedType(typeof(RolloutPromoted), RolloutPromoted.Name)]
[JsonDerivedType(typeof(RollBackBegun), RollBackBegun.Name)]
[JsonDerivedType(typeof(FailureExplained), FailureExplained.Name)]
[JsonDerivedType(typeof(RolloutEnded), RolloutEnded.Name)]
[JsonDerivedType(typeof(GuardWatched), GuardWatched.Name)]
[JsonDerivedType(typeof(GuardExtended), GuardExtended.Name)]
[JsonDerivedType(typeof(AlarmRaised), AlarmRaised.Name)]
[JsonDerivedType(typeof(AlarmCleared), AlarmCleared.Name)]
[JsonDerivedType(typeof(CircuitClosed), CircuitClosed.Name)]
[JsonDerivedType(typeof(WorkEnded), WorkEnded.Name)]
[JsonDerivedType(typeof(DriftFound), DriftFound.Name)]
[JsonDerivedType(typeof(DriftFixAsked), DriftFixAsked.Name)]
[JsonDerivedType(typeof(ReplacementBegun), ReplacementBegun.Name)]
[JsonDerivedType(typeof(ReplacementEnded), ReplacementEnded.Name)]
[JsonDerivedType(typeof(RotationRequested), RotationRequested.Name)]
[JsonDerivedType(typeof(RotationHurried), RotationHurried.Name)]
[JsonDerivedType(typeof(RotationBegun), RotationBegun.Name)]
[JsonDerivedType(typeof(RotationVersionMade), RotationVersionMade.Name)]
[JsonDerivedType(typeof(RotationAnnounced), RotationAnnounced.Name)]
[JsonDerivedType(typeof(RotationSwitched), RotationSwitched.Name)]
[JsonDerivedType(typeof(RotationDropping), RotationDropping.Name)]
[JsonDerivedType(typeof(RotationRetiring), RotationRetiring.Name)]
[JsonDerivedType(typeof(RotationFailed), RotationFailed.Name)]
[JsonDerivedType(typeof(RotationRestoring), RotationRestoring.Name)]
[JsonDerivedType(typeof(RotationUndoing), RotationUndoing.Name)]
[JsonDerivedType(typeof(RotationEnded), RotationEnded.Name)]
public abstract record JournalEvent
{
    private protected JournalEvent()
    {
    }

    /// <summary>Its stable name, which is also its discriminator in JSON.</summary>
    [JsonIgnore]
    public abstract string Kind { get; }

    /// <summary>One sentence for people.</summary>
    [JsonIgnore]
    public abstract string What { get; }
}

/// <summary>A control plane has taken over.</summary>
/// <param name="Version">Its version.</param>
/// <param name="FenceFloor">Added to the record's number, gives its fencing token; higher than 0 after a repair.</param>
public sealed record ControlPlaneStarted(string Version, long FenceFloor) : JournalEvent
{
    internal const string Name = "control-plane-started";

    /// <inheritdoc/>
    public override string Kind => Name;

    /// <inheritdoc/>
    public override string What => $"Control plane {Version} took over.";
}

/// <summary>A damaged journal was set aside and begun anew from its good part.</summary>
/// <param name="LastGood">The last record that was whole.</param>
/// <param name="KeptAs">The file name of the damaged one.</param>
/// <param name="Fault">What was wrong.</param>
/// <param name="FenceFloor">Makes fencing tokens higher than any that a lost record gave.</param>
public sealed record JournalRepaired(long LastGood, string KeptAs, string Fault, long FenceFloor) : JournalEvent
{
    internal const string Name = "journal-repaired";

    /// <inheritdoc/>
    public override string Kind => Name;

    /// <inheritdoc/>
    public override string What => $"The journal was repaired from record {LastGood}; the damaged one is kept as {KeptAs}. {Fault}";
}

/// <summary>Everything of the environment is to end.</summary>
/// <param name="Reset">Whether working folders go too.</param>
public sealed record DownRequested(bool Reset) : JournalEvent
{
    internal const string Name = "down-requested";

    /// <inheritdoc/>
    public override string Kind => Name;

    /// <inheritdoc/>
    public override string What => Reset ? "Asked to end everything and delete the working folders." : "Asked to end everything.";
}

/// <summary>Everything of the environment has ended.</summary>
public sealed record DownFinished : JournalEvent
{
    internal const string Name = "down-finished";

    /// <inheritdoc/>
    public override string Kind => Name;

    /// <inheritdoc/>
    public override string What => "Everything has ended.";
}

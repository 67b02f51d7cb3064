using Slipway.Core.Manifests;

namespace Slipway.Releases.Journals;

/// <summary>The guard of a rollout has watched up to now; a control plane that comes later knows how much nobody watched.</summary>
public sealed record GuardWatched : JournalEvent
{
    internal const string Name = "guard-watched";

    /// <inheritdoc/>
    public override string Kind => Name;

    /// <inheritdoc/>
    public override string What => "Guarded up to now, and well.";
}

/// <summary>The guard of a rollout lasts longer, since for some time nobody could watch.</summary>
/// <param name="Until">Until when it lasts now.</param>
/// <param name="Missed">The time that nobody watched.</param>
public sealed record GuardExtended(DateTimeOffset Until, TimeSpan Missed) : JournalEvent
{
    internal const string Name = "guard-extended";

    /// <inheritdoc/>
    public override string Kind => Name;

    /// <inheritdoc/>
    public override string What => $"Nobody could watch for {Missed.TotalSeconds:0} s, so the guard lasts until {Until.UtcDateTime:HH:mm:ss} UTC.";
}

/// <summary>Something needs a person.</summary>
/// <param name="Alarm">What kind of thing, such as <c>approval</c>; see <see cref="Rollouts.AlarmKind"/>.</param>
/// <param name="Of">The rollout that it is about; null for none.</param>
/// <param name="Text">What, one sentence.</param>
/// <param name="Remedy">What to do.</param>
public sealed record AlarmRaised(string Alarm, RolloutId? Of, string Text, string Remedy) : JournalEvent
{
    internal const string Name = "alarm-raised";

    /// <inheritdoc/>
    public override string Kind => Name;

    /// <inheritdoc/>
    public override string What => $"Alarm: {Text} {Remedy}";
}

/// <summary>What needed a person does not any more.</summary>
/// <param name="Alarm">What kind of thing.</param>
/// <param name="Of">The rollout that it was about; null for none.</param>
public sealed record AlarmCleared(string Alarm, RolloutId? Of) : JournalEvent
{
    internal const string Name = "alarm-cleared";

    /// <inheritdoc/>
    public override string Kind => Name;

    /// <inheritdoc/>
    public override string What => $"Over: the alarm {Alarm}{(Of is { } rollout ? $" of {rollout}" : "")}.";
}

/// <summary>A person has looked at releases that failed, and takes further ones.</summary>
/// <param name="Reason">Why.</param>
public sealed record CircuitClosed(string Reason) : JournalEvent
{
    internal const string Name = "circuit-closed";

    /// <inheritdoc/>
    public override string Kind => Name;

    /// <inheritdoc/>
    public override string What => $"Closed the circuit: {Reason}";
}

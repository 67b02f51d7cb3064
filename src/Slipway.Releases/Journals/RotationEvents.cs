using Slipway.Core.Manifests;
using Slipway.Core.Settings;
using Slipway.Releases.Rotations;

namespace Slipway.Releases.Journals;

/// <summary>Something that happened in the rotation of a secret; it appears as its versions only.</summary>
/// <param name="Rotation">The rotation.</param>
public abstract record RotationEvent(RotationId Rotation) : JournalEvent
{
    /// <inheritdoc/>
    public override string What => $"{Rotation}: {Sentence}";

    /// <summary>What happened, one sentence.</summary>
    internal abstract string Sentence { get; }
}

/// <summary>A rotation was asked for.</summary>
/// <param name="Rotation">The rotation.</param>
/// <param name="Plan">What is renewed, and how.</param>
/// <param name="Now">Whether guards and the overlap are cut short.</param>
/// <param name="Path">By which path it came.</param>
/// <param name="Reason">Why; null when not given.</param>
public sealed record RotationRequested(RotationId Rotation, RotationPlan Plan, bool Now, string Path, string? Reason) : RotationEvent(Rotation)
{
    internal const string Name = "rotation-requested";

    /// <inheritdoc/>
    public override string Kind => Name;

    internal override string Sentence => $"Asked to rotate {Plan.Setting}{(Now ? " now" : "")}{(Reason is null ? "." : $": {Reason}")}";
}

/// <summary>A rotation is to cut guards and the overlap short.</summary>
/// <param name="Rotation">The rotation.</param>
/// <param name="Reason">Why; null when not given.</param>
public sealed record RotationHurried(RotationId Rotation, string? Reason) : RotationEvent(Rotation)
{
    internal const string Name = "rotation-hurried";

    /// <inheritdoc/>
    public override string Kind => Name;

    internal override string Sentence => $"Told to waste no time{(Reason is null ? "." : $": {Reason}")}";
}

/// <summary>A rotation's turn has come.</summary>
/// <param name="Rotation">The rotation.</param>
/// <param name="Old">The version that is live.</param>
public sealed record RotationBegun(RotationId Rotation, SecretVersion Old) : RotationEvent(Rotation)
{
    internal const string Name = "rotation-begun";

    /// <inheritdoc/>
    public override string Kind => Name;

    internal override string Sentence => $"Began; {Old} is live.";
}

/// <summary>The version that the present phase brings to the instances is kept.</summary>
/// <param name="Rotation">The rotation.</param>
/// <param name="Version">The version.</param>
public sealed record RotationVersionMade(RotationId Rotation, SecretVersion Version) : RotationEvent(Rotation)
{
    internal const string Name = "rotation-version-made";

    /// <inheritdoc/>
    public override string Kind => Name;

    internal override string Sentence => $"{Version} is made.";
}

/// <summary>Every instance accepts the new one.</summary>
/// <param name="Rotation">The rotation.</param>
public sealed record RotationAnnounced(RotationId Rotation) : RotationEvent(Rotation)
{
    internal const string Name = "rotation-announced";

    /// <inheritdoc/>
    public override string Kind => Name;

    internal override string Sentence => "Every instance accepts the new one.";
}

/// <summary>Every instance uses the new one.</summary>
/// <param name="Rotation">The rotation.</param>
/// <param name="OverlapUntil">Until when the old one is accepted.</param>
public sealed record RotationSwitched(RotationId Rotation, DateTimeOffset OverlapUntil) : RotationEvent(Rotation)
{
    internal const string Name = "rotation-switched";

    /// <inheritdoc/>
    public override string Kind => Name;

    internal override string Sentence => $"Every instance uses the new one; the old one is accepted until {OverlapUntil.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC.";
}

/// <summary>The overlap is over: no release is to accept the old one any more.</summary>
/// <param name="Rotation">The rotation.</param>
public sealed record RotationDropping(RotationId Rotation) : RotationEvent(Rotation)
{
    internal const string Name = "rotation-dropping";

    /// <inheritdoc/>
    public override string Kind => Name;

    internal override string Sentence => "The overlap is over; the old one is dropped from every instance.";
}

/// <summary>The old one is to be taken away. No release with it can be restored from here on.</summary>
/// <param name="Rotation">The rotation.</param>
public sealed record RotationRetiring(RotationId Rotation) : RotationEvent(Rotation)
{
    internal const string Name = "rotation-retiring";

    /// <inheritdoc/>
    public override string Kind => Name;

    internal override string Sentence => "No instance has the old one; it is taken out of use for good.";
}

/// <summary>A rotation takes itself back.</summary>
/// <param name="Rotation">The rotation.</param>
/// <param name="Failure">Why.</param>
/// <param name="LingerUntil">Until when both are still accepted, for those who were given the new one; null when nobody was.</param>
public sealed record RotationFailed(RotationId Rotation, RotationFailure Failure, DateTimeOffset? LingerUntil) : RotationEvent(Rotation)
{
    internal const string Name = "rotation-failed";

    /// <inheritdoc/>
    public override string Kind => Name;

    internal override string Sentence => $"Taken back: {Failure.Reason}"
        + (LingerUntil is { } until ? $" The new one is accepted until {until.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC, for those who were given it." : "");
}

/// <summary>Nobody has the new one any more who was given it: releases are to hold the old one alone.</summary>
/// <param name="Rotation">The rotation.</param>
public sealed record RotationRestoring(RotationId Rotation) : RotationEvent(Rotation)
{
    internal const string Name = "rotation-restoring";

    /// <inheritdoc/>
    public override string Kind => Name;

    internal override string Sentence => "The old one alone is brought back to every instance.";
}

/// <summary>The new one is to be taken away. No release with it can be restored from here on.</summary>
/// <param name="Rotation">The rotation.</param>
public sealed record RotationUndoing(RotationId Rotation) : RotationEvent(Rotation)
{
    internal const string Name = "rotation-undoing";

    /// <inheritdoc/>
    public override string Kind => Name;

    internal override string Sentence => "No instance has the new one; it is taken away.";
}

/// <summary>A rotation is over.</summary>
/// <param name="Rotation">The rotation.</param>
/// <param name="Outcome">How it ended.</param>
/// <param name="Failure">Why it did not end as it should, when that was not said before.</param>
/// <param name="Note">One sentence more; null for none.</param>
public sealed record RotationEnded(RotationId Rotation, RotationOutcome Outcome, RotationFailure? Failure, string? Note = null) : RotationEvent(Rotation)
{
    internal const string Name = "rotation-ended";

    /// <inheritdoc/>
    public override string Kind => Name;

    internal override string Sentence => (Outcome switch
    {
        RotationOutcome.Done => "Over: the new one is used, the old one is out of use.",
        RotationOutcome.Undone => "Over: undone, the old one is used as before.",
        _ => "Over: the new one is used, but the old one may still be accepted.",
    }) + (Failure is null ? "" : $" {Failure.Reason}") + (Note is null ? "" : $" {Note}");
}

using System.Text.Json.Serialization;

namespace Slipway.Releases.Rotations;

/// <summary>Where a rotation is.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<RotationPhase>))]
public enum RotationPhase
{
    /// <summary>Waits for its turn.</summary>
    Waiting,

    /// <summary>Brings it about that every instance accepts the new one; all use the old one still.</summary>
    Announcing,

    /// <summary>Brings it about that every instance uses the new one.</summary>
    Switching,

    /// <summary>Both are accepted for a while.</summary>
    Overlapping,

    /// <summary>Brings it about that no instance accepts the old one.</summary>
    Dropping,

    /// <summary>Takes the old one away. There is no way back from here.</summary>
    Retiring,

    /// <summary>Brings the old one back to every instance.</summary>
    Restoring,

    /// <summary>Takes the new one away, since the old one is used again.</summary>
    Undoing,

    /// <summary>Over.</summary>
    Done,
}

/// <summary>How a rotation ended.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<RotationOutcome>))]
public enum RotationOutcome
{
    /// <summary>The new one is used, the old one is out of use.</summary>
    Done,

    /// <summary>The old one is used, as before.</summary>
    Undone,

    /// <summary>The new one is used, but the old one may still be accepted.</summary>
    KeptOld,
}

/// <summary>What a rotation does outside of releases.</summary>
public enum RotationEffect
{
    /// <summary>Makes the version that the present phase brings to the instances.</summary>
    Make,

    /// <summary>Takes every older version away, and what it grants.</summary>
    Retire,

    /// <summary>Takes every newer version away, and what it grants.</summary>
    Undo,
}

/// <summary>Why a rotation did not go on.</summary>
/// <param name="Reason">One sentence, known secret values masked.</param>
/// <param name="Remedy">What to do.</param>
public sealed record RotationFailure(string Reason, string Remedy);

/// <summary>An effect that failed.</summary>
/// <param name="Effect">The effect.</param>
/// <param name="Failure">Why.</param>
/// <param name="IsPassing">Whether trying again may help.</param>
/// <param name="At">When.</param>
/// <param name="Tries">How often it was tried, 1 or more.</param>
public sealed record RotationAttempt(RotationEffect Effect, RotationFailure Failure, bool IsPassing, DateTimeOffset At, int Tries)
{
    private static readonly TimeSpan WaitMax = TimeSpan.FromSeconds(30);

    /// <summary>When to try again: after 1, 2, 4 and so on to 30 seconds.</summary>
    public DateTimeOffset NextAt => At + (Tries > 5 ? WaitMax : TimeSpan.FromSeconds(Math.Min(WaitMax.TotalSeconds, 1 << (Tries - 1))));
}

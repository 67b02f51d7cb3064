namespace Slipway.Bench.Drift;

/// <summary>A change that somebody makes from outside, and what a look must call it.</summary>
/// <param name="What">What is changed.</param>
/// <param name="Aspect">The aspect of the finding.</param>
/// <param name="Subject">What its subject contains.</param>
/// <param name="Change">Makes the change.</param>
/// <param name="Undo">Takes it back by hand; null where <c>--fix</c> is to do it.</param>
/// <param name="Unreleased">Whether the change is one of what is declared, and not of what runs.</param>
internal sealed record OutsideChange(
    string What, string Aspect, string Subject, Func<DriftStage, Task> Change, Func<DriftStage, Task>? Undo = null, bool Unreleased = false);

namespace Slipway.Gateway.Validation;

/// <summary>The worst that was found in a value.</summary>
/// <param name="Class">What it tries.</param>
/// <param name="Score">How sure that is: 0 for nothing, from <see cref="Certain"/> on an attack, below it an oddity that is counted.</param>
/// <param name="Rule">Which rule says so; a fixed text, never a part of the value.</param>
internal readonly record struct Finding(AttackClass Class, int Score, string Rule)
{
    /// <summary>From this score on a value is an attack.</summary>
    public const int Certain = 5;

    /// <summary>Nothing was found.</summary>
    public static Finding Nothing { get; } = new(AttackClass.None, 0, "");

    /// <summary>Whether it is an attack.</summary>
    public bool IsAttack => Score >= Certain;

    /// <summary>The worse of two.</summary>
    public Finding Or(in Finding other) => other.Score > Score ? other : this;
}

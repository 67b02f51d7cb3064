namespace Slipway.Simulation.Invariants;

/// <summary>Something that must hold, whatever happens. One of these watches one script; it may remember what it saw.</summary>
internal interface IInvariant
{
    /// <summary>What is wrong after a pass; nothing when all is well.</summary>
    /// <param name="stage">The engine and its world.</param>
    /// <param name="calm">How long, in ticks of 0.1 s, nothing has kept the engine from its work: no outage, no death, no other clock.</param>
    IEnumerable<string> During(Stage stage, int calm) => [];

    /// <summary>What is wrong once everything has come to rest.</summary>
    IEnumerable<string> AtRest(Stage stage) => [];
}

/// <summary>An invariant that did not hold.</summary>
/// <param name="Rule">Its name.</param>
/// <param name="What">What was seen.</param>
internal sealed record Wrong(string Rule, string What)
{
    /// <summary>What kind of fault it is: the rule and the words, without the names and numbers that differ from script to script.</summary>
    public string Kind => $"{Rule}: {string.Join(' ', What.Split(' ').Where(word => !word.Any(char.IsAsciiDigit)))}";

    public override string ToString() => $"{Rule}: {What}";
}

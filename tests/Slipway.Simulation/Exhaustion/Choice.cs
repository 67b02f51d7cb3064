namespace Slipway.Simulation.Exhaustion;

/// <summary>One thing that may happen next in the small model.</summary>
internal abstract record Choice
{
    private Choice()
    {
    }

    /// <summary>The control plane looks, decides and acts until nothing moves any more; then a second passes.</summary>
    internal sealed record Look : Choice;

    /// <summary>It looks and is killed before or after a journal write or an effect, and another one starts; then a second passes.</summary>
    internal sealed record Killed(int Step) : Choice;

    /// <summary>A second passes in the world while the control plane does nothing.</summary>
    internal sealed record Second : Choice;

    /// <summary>The instances of a version, present and future, are ready from now on.</summary>
    internal sealed record Ready(string Version) : Choice;

    /// <summary>The instances of a version end by themselves.</summary>
    internal sealed record Fail(string Version) : Choice;

    /// <summary>A person deploys a version, in a queue behind whatever goes on.</summary>
    internal sealed record Deploy(string Version) : Choice;

    /// <summary>A person undoes what goes on.</summary>
    internal sealed record Abort : Choice;

    /// <summary>A person wants the release before.</summary>
    internal sealed record GoBack : Choice;
}

using Slipway.Core.Manifests;

namespace Slipway.Releases.Gates;

/// <summary>What a gate answers.</summary>
public enum Verdict
{
    /// <summary>Nothing is wrong.</summary>
    Pass,

    /// <summary>It is wrong.</summary>
    Fail,

    /// <summary>It cannot be said.</summary>
    Inconclusive,
}

/// <summary>A gate, read.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Service">The service it looks at; null for the whole release.</param>
/// <param name="Verdict">What it answers.</param>
/// <param name="Text">Its numbers, for people.</param>
public sealed record GateReading(string Name, ServiceName? Service, Verdict Verdict, string Text)
{
    /// <summary>The instance that shows it; null for none in particular.</summary>
    public InstanceId? Instance { get; init; }

    /// <summary>Whether stable is as bad, so that the release is not to blame.</summary>
    public bool Shared { get; init; }

    /// <summary>Whether stable has failed as well since the candidate's traffic was taken back, so that the suspicion counts for nothing.</summary>
    public bool StableFailed { get; init; }

    /// <summary>Whether it would fail, and somebody is being asked who may know better; the answer comes within seconds.</summary>
    public bool Asking { get; init; }

    /// <summary>Whether it looks so bad, without any proof, that the candidate's traffic is better taken back for a moment.</summary>
    public bool Suspect { get; init; }

    /// <summary>Whether a limit is exceeded now, which fails only once it has lasted; the board turns it into a failure then.</summary>
    public bool Exceeded { get; init; }

    /// <summary>Whether the gate has to pass before the candidate gets more traffic; others only have to not fail.</summary>
    public bool Watched { get; init; }

    /// <summary>What to do about a failure.</summary>
    public string Remedy { get; init; } = "";

    /// <summary>The reading as one line.</summary>
    public override string ToString() => $"{Name}{(Service is { } service ? $" of {service}" : "")}: {Verdict.ToString().ToLowerInvariant()}, {Text}";
}

using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace Slipway.Core.Manifests;

/// <summary>How the health of an instance is known (levels 1 to 3 of D3); null means not asked.</summary>
public sealed record HealthPlan
{
    /// <summary>Until it passes, the others are not asked; its failure threshold bounds the start.</summary>
    public Probe? Startup { get; init; }

    /// <summary>Level 1, is it alive: a failure restarts the instance.</summary>
    public Probe? Live { get; init; }

    /// <summary>Level 2, can it serve with what it depends on: a failure takes it out of traffic.</summary>
    public Probe? Ready { get; init; }

    /// <summary>Level 3, does what matters work: run once against each candidate instance before it gets traffic.</summary>
    public required ImmutableArray<SmokeCheck> Smoke { get; init; }
}

/// <summary>A check that is repeated while an instance runs; names and meaning are Kubernetes'.</summary>
/// <param name="Check">What is asked.</param>
/// <param name="Delay">How long after the start the first one waits.</param>
/// <param name="Period">Time between two.</param>
/// <param name="Timeout">How long an answer may take.</param>
/// <param name="SuccessThreshold">Passes in a row that make it pass.</param>
/// <param name="FailureThreshold">Failures in a row that make it fail.</param>
public sealed record Probe(
    ProbeCheck Check, TimeSpan Delay, TimeSpan Period, TimeSpan Timeout, int SuccessThreshold, int FailureThreshold);

/// <summary>What a probe asks.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "check")]
[JsonDerivedType(typeof(Http), "http")]
[JsonDerivedType(typeof(Command), "command")]
[JsonDerivedType(typeof(Tcp), "tcp")]
public abstract record ProbeCheck
{
    private ProbeCheck()
    {
    }

    /// <summary>GET on the instance's port; 200 to 399 passes.</summary>
    public sealed record Http(string Path) : ProbeCheck;

    /// <summary>A command in the instance's folder with its settings; exit code 0 passes.</summary>
    public sealed record Command(CommandLine Line) : ProbeCheck;

    /// <summary>A connection to the instance's port.</summary>
    public sealed record Tcp : ProbeCheck;
}

/// <summary>A test of a critical path.</summary>
/// <param name="Name">What it tests, for people.</param>
/// <param name="Check">What is asked.</param>
/// <param name="Method">The method, for <see cref="ProbeCheck.Http"/>.</param>
/// <param name="Body">What is sent, for <see cref="ProbeCheck.Http"/>; null for nothing.</param>
/// <param name="Status">The status that passes, for <see cref="ProbeCheck.Http"/>; null for 200 to 299.</param>
/// <param name="Contains">A text that the answer must contain; null for any.</param>
/// <param name="Timeout">How long it may take.</param>
public sealed record SmokeCheck(
    string Name, ProbeCheck Check, string Method, string? Body, int? Status, string? Contains, TimeSpan Timeout)
{
    /// <summary>Requests in place of the one, in order; <see cref="Check"/> is then the first one's path. Null for one request or a command.</summary>
    public ImmutableArray<SmokeStep>? Steps { get; init; }

    /// <summary>How often it is run again while the gates watch; null for once only.</summary>
    public TimeSpan? Every { get; init; }
}

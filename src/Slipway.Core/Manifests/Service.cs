using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace Slipway.Core.Manifests;

/// <summary>One program of an application, resolved for one environment.</summary>
public sealed record Service
{
    /// <summary>Its name.</summary>
    public required ServiceName Name { get; init; }

    /// <summary>What it is; decides the defaults of health, routes and overlap.</summary>
    public required ServiceKind Kind { get; init; }

    /// <summary>The folder its commands run in, relative to the manifest's; <c>.</c> for the same.</summary>
    public required string Folder { get; init; }

    /// <summary>
    /// Files and folders, relative to the manifest's folder, that decide whether a build is needed; empty for the whole
    /// folder of the manifest.
    /// </summary>
    public required ImmutableArray<string> Inputs { get; init; }

    /// <summary>Builds the artefact into <c>${OUT}</c>; null when <see cref="Run"/> needs no build.</summary>
    public CommandLine? Build { get; init; }

    /// <summary>Starts an instance, in the artefact's folder; null only for a service that nothing runs.</summary>
    public CommandLine? Run { get; init; }

    /// <summary>Starts it for development with hot reload, in <see cref="Folder"/>; used by <c>slipway up</c> only.</summary>
    public CommandLine? Dev { get; init; }

    /// <summary>The port it listens on in a container; null when it listens on none. On <c>process</c> each instance is given its own as <c>PORT</c>.</summary>
    public int? Port { get; init; }

    /// <summary>How it is spoken to on that port.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public ServiceProtocol Protocol { get; init; }

    /// <summary>How its health is known.</summary>
    public required HealthPlan Health { get; init; }

    /// <summary>The public routes that lead to it; empty for a service that takes no traffic of users.</summary>
    public required ImmutableArray<Route> Routes { get; init; }

    /// <summary>Services and backing services that must be ready before it starts.</summary>
    public required ImmutableArray<ServiceName> Needs { get; init; }

    /// <summary>How many instances run.</summary>
    public required ReplicaRange Replicas { get; init; }

    /// <summary>What an instance may use.</summary>
    public required Resources Resources { get; init; }

    /// <summary>How long an instance may take to end after SIGTERM before its whole group is killed.</summary>
    public required TimeSpan StopGrace { get; init; }

    /// <summary>
    /// Whether instances of two releases may run at once. False (the default of schedulers) makes a rollout stop the old
    /// ones before it starts the new, once everything else has been promoted.
    /// </summary>
    public required bool Overlap { get; init; }

    /// <summary>The share of its requests that may fail, 0 to 1; null for <see cref="GatePlan.ErrorObjective"/>.</summary>
    public double? ErrorObjective { get; init; }

    /// <summary>How it runs to its end; null for anything but a job.</summary>
    public JobPlan? Job { get; init; }

    /// <summary>What brings its data to what a release needs; null for nothing.</summary>
    public Migration? Migration { get; init; }

    /// <summary>What fills the data of this environment once, in order; null for nothing.</summary>
    public ImmutableArray<Seed>? Seeds { get; init; }

    /// <summary>How much work an instance is given at once; null for <see cref="LoadPlan.Default"/>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public LoadPlan? Load { get; init; }

    /// <summary>By what of its own <c>/metrics</c> it is judged; null when the manifest says nothing.</summary>
    public MeasurePlan? Measures { get; init; }
}

/// <summary>What a service is.</summary>
public enum ServiceKind
{
    /// <summary>A front end that renders pages.</summary>
    Web,

    /// <summary>Answers programs.</summary>
    Api,

    /// <summary>Takes work from a queue.</summary>
    Worker,

    /// <summary>Starts work by the clock.</summary>
    Scheduler,

    /// <summary>Runs once and ends.</summary>
    Job,

    /// <summary>Files.</summary>
    Static,

    /// <summary>Answers with a model.</summary>
    Ai,
}

/// <summary>How the gateway speaks to a service's instances.</summary>
public enum ServiceProtocol
{
    /// <summary>HTTP/1.1.</summary>
    Http1,

    /// <summary>HTTP/2 without TLS, as servers of gRPC have it.</summary>
    Http2,
}

/// <summary>How many instances run; equal bounds mean a fixed number.</summary>
/// <param name="Min">0 or more; what runs unless something scales it.</param>
/// <param name="Max">At least <paramref name="Min"/>.</param>
public sealed record ReplicaRange(int Min, int Max);

/// <summary>What one instance may use; null means no limit.</summary>
/// <param name="MemoryBytes">Memory, in bytes.</param>
/// <param name="CpuCores">Processor time, in cores; 0.5 is half of one.</param>
public sealed record Resources(long? MemoryBytes, double? CpuCores);

/// <summary>A public route to a service: the longest matching <see cref="Path"/> of the best matching host wins.</summary>
/// <param name="Host">A host name, <c>*.example.org</c> for any name directly below, or null for every host.</param>
/// <param name="Path">A path prefix that starts with <c>/</c>; matches whole segments.</param>
/// <param name="StripPath">Whether the prefix is taken off before forwarding.</param>
/// <param name="Sticky">Whether a cookie keeps a user on the release first chosen, while that release has weight.</param>
/// <param name="Hold">How long a request may wait while no instance can take it; zero answers 503 at once.</param>
/// <param name="ResponseTimeout">How long the first byte of an answer may take.</param>
public sealed record Route(string? Host, string Path, bool StripPath, bool Sticky, TimeSpan Hold, TimeSpan ResponseTimeout)
{
    /// <summary>What protects it; null for nothing beyond what holds for every request.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public RouteProtection? Protection { get; init; }

    /// <summary>Who goes first when the instances have as much as they can take.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public RoutePriority Priority { get; init; }
}

using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Slipway.Core.Manifests;
using Slipway.Core.Telemetry;

namespace Slipway.Releases.Rollouts;

/// <summary>Where a rollout is.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<RolloutPhase>))]
public enum RolloutPhase
{
    /// <summary>Waits for its turn.</summary>
    Queued,

    /// <summary>Builds the candidate.</summary>
    Building,

    /// <summary>Runs the candidate's migrations and seeds, before any of it starts.</summary>
    Migrating,

    /// <summary>Starts the candidate's instances for the next step.</summary>
    Starting,

    /// <summary>Runs their smoke checks.</summary>
    Proving,

    /// <summary>Watches a share of the traffic.</summary>
    Baking,

    /// <summary>Waits for a person, or for a fault that stable shares to pass.</summary>
    Waiting,

    /// <summary>Ends the old and starts the new instances of services that must not run twice.</summary>
    HandingOver,

    /// <summary>Promoted; the gates go on watching, the previous release is warm.</summary>
    Guarding,

    /// <summary>Undoes.</summary>
    RollingBack,

    /// <summary>Over.</summary>
    Done,
}

/// <summary>How a rollout ended.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<RolloutOutcome>))]
public enum RolloutOutcome
{
    /// <summary>The candidate is live.</summary>
    Promoted,

    /// <summary>A gate failed after the candidate had traffic; the release before is live.</summary>
    RolledBack,

    /// <summary>A person undid it.</summary>
    Aborted,

    /// <summary>The candidate never had traffic; nothing has changed.</summary>
    Failed,
}

/// <summary>What a rollout waits for.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<WaitCause>))]
public enum WaitCause
{
    /// <summary>A person's approval, as the plan asks.</summary>
    Approval,

    /// <summary>A person's judgement, since a gate could not say.</summary>
    Inconclusive,

    /// <summary>A fault that stable shares; it goes on by itself once both have recovered.</summary>
    SharedFault,

    /// <summary>A person's approval of a migration after which there is no way back.</summary>
    Migration,
}

/// <summary>Why a rollout failed or was undone.</summary>
/// <param name="Reason">One sentence.</param>
/// <param name="Gate">The gate; null when none was involved.</param>
/// <param name="Service">The service; null when none was involved.</param>
/// <param name="Instance">The instance; null when none was involved.</param>
/// <param name="LastLines">The end of what it wrote, known secret values masked.</param>
/// <param name="Remedy">What to do.</param>
public sealed record Failure(
    string Reason, string? Gate, ServiceName? Service, InstanceId? Instance, ImmutableArray<string> LastLines, string Remedy);

/// <summary>The candidate's counters when it first got traffic.</summary>
/// <param name="Epoch">The gateway's.</param>
/// <param name="Services">One for each service it had counters for.</param>
public sealed record TrafficBaseline(string Epoch, ImmutableArray<ServiceBaseline> Services)
{
    private readonly Lazy<Dictionary<ServiceName, ServiceBaseline>> _byService = Index(Services);

    /// <summary>The counters, by service.</summary>
    public ImmutableArray<ServiceBaseline> Services
    {
        get;
        init => (field, _byService) = (value, Index(value));
    } = Services;

    /// <summary>The counters of a service; null when there were none.</summary>
    public ServiceBaseline? Of(ServiceName service) => _byService.Value.GetValueOrDefault(service);

    private static Lazy<Dictionary<ServiceName, ServiceBaseline>> Index(ImmutableArray<ServiceBaseline> services)
        => new(() => services.ToDictionary(one => one.Service), LazyThreadSafetyMode.PublicationOnly);
}

/// <summary>Counters of a service of the candidate when it first got traffic.</summary>
/// <param name="Service">The service.</param>
/// <param name="Requests">Requests.</param>
/// <param name="Errors">Errors.</param>
/// <param name="ErrorsInARowMax">The longest run of errors.</param>
public sealed record ServiceBaseline(ServiceName Service, long Requests, long Errors, int ErrorsInARowMax);

/// <summary>What a release's service did over some seconds.</summary>
/// <param name="Service">The service.</param>
/// <param name="Requests">Requests.</param>
/// <param name="Errors">Errors.</param>
/// <param name="P95Microseconds">95 % of its answers began sooner; null without any.</param>
public sealed record ServiceRecord(ServiceName Service, long Requests, long Errors, long? P95Microseconds)
{
    /// <summary>The worst share of failed requests over any two seconds or so of the last minutes, 0 to 1; what ails it in bursts shows here.</summary>
    public double WorstErrorRatio { get; init; }

    /// <summary>Over how many seconds; 0 when an earlier version wrote it.</summary>
    public double Seconds { get; init; }

    /// <summary>The times to the first byte, in the buckets of <see cref="LatencyBuckets"/>; null when an earlier version wrote it.</summary>
    public ImmutableSortedDictionary<int, long>? Latency { get; init; }

    /// <summary>The load: requests a second.</summary>
    public double PerSecond => Requests / Math.Max(1, Seconds);

    /// <summary>The load as a power of two: requests a second from 2^n to 2^(n+1).</summary>
    public int Load => (int)Math.Floor(Math.Log2(Math.Max(1e-3, PerSecond)));
}

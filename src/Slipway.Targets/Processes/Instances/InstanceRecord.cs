using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using Slipway.Core.Manifests;
using Slipway.Releases.Ports;
using Slipway.Targets.Processes.Spawning;

namespace Slipway.Targets.Processes.Instances;

/// <summary>
/// What is kept of an instance in its <c>instance.json</c>: enough for another control plane to take it on. Values of
/// settings and secrets never stand in it.
/// </summary>
internal sealed record InstanceRecord
{
    public required InstanceId Id { get; init; }

    public required ReleaseId Release { get; init; }

    public required Service Service { get; init; }

    public required int Ordinal { get; init; }

    public ArtefactDigest? Artefact { get; init; }

    public required string SourceFolder { get; init; }

    public required bool Development { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Whether it runs its service's development command, in the source folder.</summary>
    [JsonIgnore]
    public bool RunsFromSource => Development && Service.Dev is not null;

    /// <summary>What it may use. A development command brings a compiler along, which the service's own limits do not allow for.</summary>
    [JsonIgnore]
    public Resources Limits => RunsFromSource ? new(null, null) : Service.Resources;

    public int? Port { get; init; }

    /// <summary>Its process; null while it has none, or between the intent to start one and its start.</summary>
    public ProcessIdentity? Process { get; init; }

    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>When the artefact was built that its process was started from: one that was built again since is another.</summary>
    public DateTimeOffset? ArtefactBuiltAt { get; init; }

    public DateTimeOffset? ReadyAt { get; init; }

    public bool StartedUp { get; init; }

    public bool Ready { get; init; }

    public int Restarts { get; init; }

    public int? ExitCode { get; init; }

    public string? Trouble { get; init; }

    /// <summary>Whether it was asked to end.</summary>
    public bool Stopping { get; init; }

    /// <summary>When its process was asked to end: once, by whichever control plane; null before.</summary>
    public DateTimeOffset? AskedToEndAt { get; init; }

    /// <summary>Whether it did not end within its grace, and was killed.</summary>
    public bool Killed { get; init; }

    /// <summary>The fencing token of its present start; null for one that was started before there were any.</summary>
    public long? Fence { get; init; }

    /// <summary>Whether it is a job that has ended; how, <see cref="ExitCode"/> tells, and null means that nobody saw it.</summary>
    public bool Done { get; init; }

    /// <summary>The start of the machine in which the process of a job was asked for; null before that.</summary>
    public string? LaunchedAtBoot { get; init; }

    /// <summary>When all of it had gone; its logs are still kept.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>The folders of its control groups.</summary>
    public ImmutableArray<string> Groups { get; init; } = [];

    [JsonIgnore]
    public WorkloadKey Workload => new(Release, Service.Name);
}

/// <summary>The JSON of this folder's files.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, WriteIndented = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(InstanceRecord))]
internal sealed partial class InstanceJson : JsonSerializerContext;

using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Slipway.Core.Settings;

namespace Slipway.Core.Manifests;

/// <summary>
/// An application resolved for one environment: the manifest with that environment's overlay applied, every default
/// filled in and every rule checked. What is rendered and what runs both start from here.
/// </summary>
public sealed record Application
{
    /// <summary>Its name.</summary>
    public required ApplicationName Name { get; init; }

    /// <summary>The version its team gave it, part of a release's identity; null when the manifest says none.</summary>
    public string? Version { get; init; }

    /// <summary>The environment it was resolved for.</summary>
    public required EnvironmentName Environment { get; init; }

    /// <summary>What runs the instances.</summary>
    public required TargetKind Target { get; init; }

    /// <summary>Where the gateway listens.</summary>
    public required GatewayListener Gateway { get; init; }

    /// <summary>Its services, in the manifest's order.</summary>
    public required ImmutableArray<Service> Services { get; init; }

    /// <summary>The backing services it needs.</summary>
    public required ImmutableArray<BackingService> Backing { get; init; }

    /// <summary>The settings it declares.</summary>
    public required ImmutableArray<Setting> Settings { get; init; }

    /// <summary>What must hold between them.</summary>
    public required ImmutableArray<SettingRelation> Relations { get; init; }

    /// <summary>The secret stores that it declares, beside those that are always there.</summary>
    public required ImmutableArray<SecretStoreDeclaration> SecretStores { get; init; }

    /// <summary>How a release goes live.</summary>
    public required RolloutPlan Rollout { get; init; }

    /// <summary>What a release must pass on the way and afterwards.</summary>
    public required GatePlan Gates { get; init; }

    /// <summary>How long the gates go on watching after promotion, the previous release kept warm; zero for not at all.</summary>
    public required TimeSpan Guard { get; init; }
}

/// <summary>What runs instances.</summary>
public enum TargetKind
{
    /// <summary>This machine, without a container engine.</summary>
    Process,

    /// <summary>A Docker engine.</summary>
    Docker,

    /// <summary>A Docker Swarm.</summary>
    Swarm,

    /// <summary>A Kubernetes cluster.</summary>
    Kubernetes,
}

/// <summary>Where a gateway listens for users.</summary>
/// <param name="Address">An IP address; loopback unless the manifest says otherwise.</param>
/// <param name="Port">1 to 65535, or 0 to take a free one and keep it.</param>
public sealed record GatewayListener(string Address, int Port)
{
    /// <summary>Where it listens for users who come by TLS, as <c>ADDRESS:PORT</c>; null for nowhere.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Tls { get; init; }

    /// <summary>The folder of the certificates, absolute; null without TLS.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Certificates { get; init; }

    /// <summary>Networks of proxies that are believed, in CIDR notation, parted by commas; null for none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Trust { get; init; }

    /// <summary>Whether connections of those begin with a PROXY header.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool ProxyProtocol { get; init; }

    /// <summary>The file for the access log, absolute; null for none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? AccessLog { get; init; }

    /// <summary>The share of requests that is written there; null for all.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? AccessShare { get; init; }

    /// <summary>The Redis in which several gateways count limits together; null for each by itself.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Limits { get; init; }

    /// <summary>The file with its password, absolute; null for none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? LimitsPasswordFile { get; init; }

    /// <summary>Where a collector takes spans; null for nowhere.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Traces { get; init; }

    /// <summary>The share of requests that is written there; null without a collector.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? TraceShare { get; init; }

    /// <summary>Whether clients are not offered HTTP/2.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool WithoutHttp2 { get; init; }

    /// <summary>Connections that one address may have at once; null for the gateway's own bound.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? ClientConnections { get; init; }

    /// <summary>The address and port as text, an IPv6 address in brackets.</summary>
    [JsonIgnore]
    public string Text => Address.Contains(':', StringComparison.Ordinal) ? $"[{Address}]:{Port}" : $"{Address}:{Port}";
}

/// <summary>A database, cache or queue that the application needs.</summary>
/// <param name="Name">Its name, as services list it under <c>needs</c>.</param>
/// <param name="Image">Its kind and version, such as <c>postgres:16</c>.</param>
public sealed record BackingService(ServiceName Name, string Image);

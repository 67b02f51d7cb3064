using System.Text.Json.Serialization;
using Slipway.Core.Manifests;

namespace Slipway.Releases.OneOffs;

/// <summary>Something of a release that runs once and ends.</summary>
/// <param name="Kind">What it is for.</param>
/// <param name="Service">What runs, as a service of its own: with the artefact, settings and secrets of the one it belongs to.</param>
/// <param name="Plan">How it runs.</param>
public sealed record OneOff(OneOffKind Kind, ReleasedService Service, JobPlan Plan)
{
    /// <summary>Its name: that of the job, else the service's with what it is for.</summary>
    public ServiceName Name => Service.Service.Name;

    /// <summary>Whether the release before can work with what it leaves.</summary>
    public bool Compatible { get; init; } = true;

    /// <summary>By what a seed is known: the data of an environment is filled once by one command, whatever release it came with.</summary>
    public string SeedKey { get; init; } = "";

    /// <summary>What it is, for people.</summary>
    public string What => $"The {Kind.ToString().ToLowerInvariant()} {Name}";
}

/// <summary>What a one-off is for.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<OneOffKind>))]
public enum OneOffKind
{
    /// <summary>A service of the kind job: runs once while its release starts.</summary>
    Job,

    /// <summary>Brings the data to what the release needs, before any of it starts.</summary>
    Migration,

    /// <summary>Fills the data of an environment, after the migrations.</summary>
    Seed,
}

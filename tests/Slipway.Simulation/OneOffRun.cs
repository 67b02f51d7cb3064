using Slipway.Core.Manifests;

namespace Slipway.Simulation;

/// <summary>A run of a job, migration or seed, as the world remembers it: no engine can forget it.</summary>
/// <param name="Release">Of which release.</param>
/// <param name="Name">Its name.</param>
/// <param name="Rollout">The rollout under way when it began.</param>
/// <param name="Begun">When it began.</param>
internal sealed record OneOffRun(ReleaseId Release, ServiceName Name, string? Rollout, DateTimeOffset Begun)
{
    /// <summary>Whether it has ended, or was ended.</summary>
    public bool Over { get; set; }

    /// <summary>How it ended; null while it has not, when it was ended, and when nobody saw it.</summary>
    public int? ExitCode { get; set; }
}

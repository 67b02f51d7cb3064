using Slipway.Core.Api;

namespace Slipway.ControlPlane.Hosting;

/// <summary>What this control plane is.</summary>
/// <param name="HomeFolder">Its home.</param>
/// <param name="StartedAt">When it started.</param>
internal sealed record ControlPlaneIdentity(string HomeFolder, DateTimeOffset StartedAt)
{
    /// <summary>Its version, <c>major.minor.patch</c>.</summary>
    public static string Version { get; } = typeof(ControlPlaneIdentity).Assembly.GetName().Version?.ToString(3) ?? "0.0.0";

    /// <summary>As the API shows it.</summary>
    public ControlPlaneView View(long fence) => new(Version, Environment.ProcessId, StartedAt, HomeFolder, fence);
}

using Slipway.Core.Manifests;

namespace Slipway.Releases.Ports;

/// <summary>How an instance ended that was asked to.</summary>
/// <param name="Id">The instance.</param>
/// <param name="Release">Its release.</param>
/// <param name="Service">Its service.</param>
/// <param name="AskedAt">When it was asked.</param>
/// <param name="EndedAt">When all of it had gone.</param>
/// <param name="ExitCode">How it ended, a signal as 128 plus its number; null when nobody saw it.</param>
/// <param name="Killed">Whether it did not end within its grace, and was killed.</param>
public sealed record EndedInstance(
    InstanceId Id, ReleaseId Release, ServiceName Service, DateTimeOffset AskedAt, DateTimeOffset EndedAt, int? ExitCode, bool Killed);

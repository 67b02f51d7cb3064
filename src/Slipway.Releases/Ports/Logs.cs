using Slipway.Core.Manifests;

namespace Slipway.Releases.Ports;

/// <summary>Which log lines are wanted; null means all.</summary>
/// <param name="Environment">The environment.</param>
/// <param name="Service">Of this service only.</param>
/// <param name="Release">Of this release only.</param>
/// <param name="Instance">Of this instance only.</param>
/// <param name="Tail">So many of the last lines, 0 or more.</param>
/// <param name="Follow">Whether to go on with new lines.</param>
public sealed record LogQuery(
    EnvironmentName Environment, ServiceName? Service, ReleaseId? Release, InstanceId? Instance, int Tail, bool Follow);

/// <summary>One line that an instance wrote.</summary>
/// <param name="Instance">Who wrote it.</param>
/// <param name="Error">Whether it came by standard error.</param>
/// <param name="Text">The line, without its end; longer ones are cut at 16 KiB.</param>
public sealed record LogLine(InstanceId Instance, bool Error, string Text);

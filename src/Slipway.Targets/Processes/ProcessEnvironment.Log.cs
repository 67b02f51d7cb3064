using Microsoft.Extensions.Logging;
using Slipway.Core.Manifests;

namespace Slipway.Targets.Processes;

/// <summary>What it tells its log.</summary>
internal sealed partial class ProcessEnvironment
{
    [LoggerMessage(Level = LogLevel.Information, Message = "{Instance} belongs to no release that the journal knows; it is ended.")]
    private static partial void LogOrphan(ILogger logger, InstanceId instance);

    [LoggerMessage(Level = LogLevel.Error, Message = "The watch over {Instance} failed and begins anew.")]
    private static partial void LogRunnerFailed(ILogger logger, Exception error, InstanceId instance);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Old logs of {Environment} could not be deleted.")]
    private static partial void LogNotPruned(ILogger logger, Exception error, EnvironmentName environment);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Nobody knows of an instance in {Folder}, or its record cannot be read; what runs from there is ended.")]
    private static partial void LogUnreadable(ILogger logger, string folder);
}

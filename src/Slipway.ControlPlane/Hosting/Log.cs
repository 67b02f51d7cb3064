namespace Slipway.ControlPlane.Hosting;

/// <summary>What the control plane writes to its log: decisions and faults, names and numbers only, never a value of a setting.</summary>
internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Information, "Control plane {Version} (process {ProcessId}) serves {Home} on {Address}")]
    public static partial void Started(this ILogger log, string version, int processId, string home, string address);

    [LoggerMessage(2, LogLevel.Information, "Control plane has ended; gateways and instances go on")]
    public static partial void Ended(this ILogger log);

    [LoggerMessage(3, LogLevel.Information, "{Actor} asked to {Verb} {Environment}: {Answer}")]
    public static partial void Asked(this ILogger log, string actor, string verb, string environment, string answer);

    [LoggerMessage(4, LogLevel.Error, "{Method} {Path} failed")]
    public static partial void RequestFailed(this ILogger log, string method, string path, Exception fault);

    [LoggerMessage(5, LogLevel.Information, "Ready {Milliseconds} ms after its start: everything that ran is adopted")]
    public static partial void Ready(this ILogger log, long milliseconds);

    [LoggerMessage(6, LogLevel.Warning, "{What}")]
    public static partial void OutsideFailed(this ILogger log, string what);

    [LoggerMessage(7, LogLevel.Information, "Standing by: {Leader} leads; its lease is watched. Answers on {Address}")]
    public static partial void StandsBy(this ILogger log, string leader, string address);

    [LoggerMessage(8, LogLevel.Warning, "No longer leading: {Leader} has taken over while this control plane was paused or cut off. It ends; gateways and instances go on")]
    public static partial void NoLongerLeads(this ILogger log, string leader);

    [LoggerMessage(9, LogLevel.Warning, "Process {ProcessId}, which led before, was paused in the middle of an effect and is killed")]
    public static partial void KilledHolder(this ILogger log, int? processId);
}

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
}

using System.Globalization;
using Slipway.Core.Manifests;
using Slipway.Core.Routing;
using Slipway.Targets.Processes.Instances;

namespace Slipway.Targets.Traffic;

/// <summary>How a gateway is started for what the manifest says about it.</summary>
internal static class GatewayCommand
{
    /// <summary>The variables that it is started with.</summary>
    public static Dictionary<string, string> Variables()
    {
        var variables = InheritedVariables.OfProgram();
        variables[GatewayVariables.YoungMemory.Key] = GatewayVariables.YoungMemory.Value;
        return variables;
    }

    /// <summary>Its options besides where it listens and lives: what makes two gateways differ.</summary>
    /// <param name="listener">What the manifest says.</param>
    /// <param name="drainMax">How long requests under way may take at its end.</param>
    public static List<string> Options(GatewayListener listener, TimeSpan drainMax)
    {
        List<string> options = ["--drain-deadline", $"{(int)drainMax.TotalMilliseconds}ms"];
        if (listener is { Tls: { } tls, Certificates: { } certificates })
            options.AddRange("--tls", tls, "--certificates", certificates);
        if (listener.Trust is { } trust)
            options.AddRange("--trust", trust);
        if (listener.AccessLog is { } access)
            options.AddRange("--access-log", access);
        if (listener.AccessShare is { } share)
            options.AddRange("--access-share", Percent(share));
        if (listener is { Traces: { } traces, TraceShare: { } traceShare })
            options.AddRange("--traces", traces, "--trace-share", Percent(traceShare));
        if (listener.Limits is { } limits)
            options.AddRange("--limits", limits);
        if (listener.LimitsPasswordFile is { } password)
            options.AddRange("--limits-password", password);
        if (listener.WithoutHttp2)
            options.AddRange("--http2", "off");
        if (listener.ClientConnections is { } connections)
            options.AddRange("--client-connections", connections.ToString(CultureInfo.InvariantCulture));
        if (listener.ProxyProtocol)
            options.AddRange("--proxy-protocol", "on");
        return options;
    }

    private static string Percent(double share) => string.Create(CultureInfo.InvariantCulture, $"{share * 100:0.######}%");
}

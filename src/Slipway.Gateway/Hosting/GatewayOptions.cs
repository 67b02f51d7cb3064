using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using Slipway.Gateway.Forwarding;
using Slipway.Gateway.Proxying;

namespace Slipway.Gateway.Hosting;

/// <summary>What the command line asks for.</summary>
internal sealed record GatewayOptions
{
    /// <summary>How to use the program.</summary>
    public const string Usage = """
        slipway-gateway --listen ADDRESS:PORT --home DIR [options]

          --listen ADDRESS:PORT   where clients connect; port 0 takes a free one and keeps it for the next start
          --home DIR              holds the route table, the admin socket and gateway.json
          --tls ADDRESS:PORT      also where clients connect by TLS; needs --certificates
          --certificates DIR      NAME.crt with NAME.key, both PEM; looked at again every two seconds
          --trust CIDR,...        proxies whose X-Forwarded-* fields are believed
          --proxy-protocol VALUE  on: connections of those begin with a PROXY header, version 1 or 2 (off)
          --http2 VALUE           off: clients are not offered HTTP/2 (on)
          --access-log FILE       one JSON line for each request, without values of queries and fields
          --access-share SHARE    the share of requests that is written there, such as 1% (100%)
          --limits URL            counts limits together with other gateways in Redis: redis://HOST:PORT/DB, or rediss for TLS
          --limits-password FILE  the file with its password
          --traces URL            where a collector takes spans by OTLP, such as http://127.0.0.1:4318/v1/traces
          --trace-share SHARE     the share of requests that is written there, such as 1% (100%)
          --metrics ADDRESS:PORT  also serves /metrics and /health there (loopback only)
          --drain-deadline TIME   how long requests under way may take after SIGTERM (30s)
          --header-deadline TIME  for a request's head (15s)
          --idle-deadline TIME    for the next request on a connection (75s)
          --body-deadline TIME    for the next piece of a request's body (60s)
          --connections COUNT     the most client connections at a time (20000)
          --client-connections COUNT   the most of one address; trusted proxies have any number (half of all)
          --upgrade VALUE         on: takes the place of the gateway that runs in the home, without losing a connection (off)
          --engines COUNT         threads that carry connections (one for each core)
          --version               prints the version

        TIME is a number with ms, s or m. Exit codes: 0 ended as asked, 2 wrong usage, 3 something outside failed.
        """;

    /// <summary>Where clients connect.</summary>
    public required IPEndPoint Listen { get; init; }

    /// <summary>Where clients connect by TLS; null for nowhere.</summary>
    public IPEndPoint? Tls { get; init; }

    /// <summary>The folder of the certificates; null when there is no TLS.</summary>
    public string? Certificates { get; init; }

    /// <summary>The proxies that are believed.</summary>
    public Networks Trusted { get; init; } = Networks.None;

    /// <summary>Whether connections of those begin with a PROXY header.</summary>
    public bool UsesProxyHeaders { get; init; }

    /// <summary>Whether HTTP/2 is spoken with clients.</summary>
    public bool SpeaksHttp2 { get; init; } = true;

    /// <summary>The folder of the gateway's state.</summary>
    public required string Home { get; init; }

    /// <summary>Where metrics are served besides the admin socket; null for nowhere.</summary>
    public IPEndPoint? Metrics { get; init; }

    /// <summary>How long to wait for what.</summary>
    public Deadlines Deadlines { get; init; } = new();

    /// <summary>The most client connections at a time.</summary>
    public int ConnectionsMax { get; init; } = 20_000;

    /// <summary>The most of one client.</summary>
    public int ClientConnectionsMax { get; init; } = 10_000;

    /// <summary>Where requests are written down; null for nowhere.</summary>
    public string? AccessLog { get; init; }

    /// <summary>How many of them; above 0 to 1.</summary>
    public double AccessShare { get; init; } = 1;

    /// <summary>Where limits are counted together with other gateways; null for each by itself.</summary>
    public Uri? SharedLimits { get; init; }

    /// <summary>The file with the password there; null for none.</summary>
    public string? SharedLimitsPassword { get; init; }

    /// <summary>Where a collector takes spans; null for nowhere.</summary>
    public Uri? Traces { get; init; }

    /// <summary>The share of requests that is written there; above 0 to 1.</summary>
    public double TraceShare { get; init; } = 1;

    /// <summary>Whether to take the place of the gateway that runs in the home, if one does.</summary>
    public bool Upgrades { get; init; }

    /// <summary>Everything else that was said, as it was said.</summary>
    public string Others { get; init; } = "";

    /// <summary>How many threads carry connections; only where the system has epoll.</summary>
    public int Engines { get; init; } = Environment.ProcessorCount;

    /// <summary>Reads the command line; false with the fault when it is wrong.</summary>
    public static bool TryParse(string[] arguments, [NotNullWhen(true)] out GatewayOptions? options, out string fault)
    {
        IPEndPoint? listen = null;
        IPEndPoint? tls = null;
        IPEndPoint? metrics = null;
        string? certificates = null;
        var trusted = Networks.None;
        var usesProxyHeaders = false;
        var upgrades = false;
        var speaksHttp2 = true;
        Uri? traces = null;
        Uri? limits = null;
        string? limitsPassword = null;
        var traceShare = 1.0;
        string? accessLog = null;
        var accessShare = 1.0;
        string? home = null;
        var deadlines = new Deadlines();
        var connections = 20_000;
        var ofClient = 0;
        var engines = Environment.ProcessorCount;
        options = null;
        for (var i = 0; i < arguments.Length; i += 2)
        {
            var name = arguments[i];
            fault = $"The option {name} needs a value.";
            if (i + 1 == arguments.Length)
                return false;
            var value = arguments[i + 1];
            fault = $"The value {value} of {name} is not understood.";
            var time = TimeSpan.Zero;
            if (name.EndsWith("-deadline", StringComparison.Ordinal) && !TryTime(value, out time))
                return false;
            switch (name)
            {
                case "--listen" when IPEndPoint.TryParse(value, out listen) && value.Contains(':', StringComparison.Ordinal):
                case "--tls" when IPEndPoint.TryParse(value, out tls) && value.Contains(':', StringComparison.Ordinal):
                case "--trust" when Networks.TryParse(value, out trusted):
                case "--metrics" when IPEndPoint.TryParse(value, out metrics) && IPAddress.IsLoopback(metrics.Address):
                case "--connections" when int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out connections) && connections > 0:
                case "--client-connections" when int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out ofClient) && ofClient > 0:
                case "--engines" when int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out engines) && engines is > 0 and <= 256:
                    break;
                case "--proxy-protocol" when value is "on" or "off":
                    usesProxyHeaders = value == "on";
                    break;
                case "--http2" when value is "on" or "off":
                    speaksHttp2 = value == "on";
                    break;
                case "--upgrade" when value is "on" or "off":
                    upgrades = value == "on";
                    break;
                case "--access-log" when value.Length > 0:
                    accessLog = Path.GetFullPath(value);
                    break;
                case "--access-share" when TryShare(value, out accessShare):
                case "--limits" when Uri.TryCreate(value, UriKind.Absolute, out limits) && limits.Scheme is "redis" or "rediss" && limits.UserInfo.Length == 0:
                case "--traces" when Uri.TryCreate(value, UriKind.Absolute, out traces) && traces.Scheme is "http" or "https":
                case "--trace-share" when TryShare(value, out traceShare):
                    break;
                case "--certificates" when value.Length > 0:
                    certificates = Path.GetFullPath(value);
                    break;
                case "--limits-password" when value.Length > 0:
                    limitsPassword = Path.GetFullPath(value);
                    break;
                case "--home" when value.Length > 0:
                    home = Path.GetFullPath(value);
                    break;
                case "--drain-deadline":
                    deadlines = deadlines with { Drain = time };
                    break;
                case "--header-deadline":
                    deadlines = deadlines with { Header = time };
                    break;
                case "--idle-deadline":
                    deadlines = deadlines with { Idle = time };
                    break;
                case "--body-deadline":
                    deadlines = deadlines with { Body = time };
                    break;
                case var known when Usage.Contains($"\n  {known} ", StringComparison.Ordinal):
                    return false;
                default:
                    fault = $"There is no option {name}.";
                    return false;
            }
        }
        fault = listen is null ? "The option --listen is missing." : "The option --home is missing.";
        if (listen is null || home is null)
            return false;
        fault = "The options --tls and --certificates go together.";
        if (tls is null != certificates is null)
            return false;
        fault = "The option --proxy-protocol needs --trust: only listed proxies may say who their clients are.";
        if (usesProxyHeaders && trusted!.IsEmpty)
            return false;
        options = new()
        {
            Listen = listen,
            Tls = tls,
            Certificates = certificates,
            Trusted = trusted!,
            UsesProxyHeaders = usesProxyHeaders,
            Upgrades = upgrades,
            SharedLimits = limits,
            SharedLimitsPassword = limitsPassword,
            Traces = traces,
            TraceShare = traceShare,
            SpeaksHttp2 = speaksHttp2,
            AccessLog = accessLog,
            AccessShare = accessShare,
            Others = string.Join(' ', arguments.Chunk(2).Where(static pair => pair[0] is not ("--listen" or "--home" or "--upgrade")).SelectMany(static pair => pair)),
            Home = home,
            Metrics = metrics,
            Deadlines = deadlines,
            ConnectionsMax = connections,
            ClientConnectionsMax = ofClient == 0 ? (connections + 1) / 2 : ofClient,
            Engines = engines,
        };
        return true;
    }

    private static bool TryShare(string text, out double share)
    {
        share = 0;
        if (!text.EndsWith('%') || !double.TryParse(text[..^1], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var percent))
            return false;
        share = percent / 100;
        return share is > 0 and <= 1;
    }

    private static bool TryTime(string text, out TimeSpan time)
    {
        time = TimeSpan.Zero;
        var (digits, milliseconds) = text switch
        {
            _ when text.EndsWith("ms", StringComparison.Ordinal) => (text[..^2], 1),
            _ when text.EndsWith('s') => (text[..^1], 1_000),
            _ when text.EndsWith('m') => (text[..^1], 60_000),
            _ => ("", 0),
        };
        if (!int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var count) || count > 86_400_000 / milliseconds)
            return false;
        time = TimeSpan.FromMilliseconds((double)count * milliseconds);
        return true;
    }
}

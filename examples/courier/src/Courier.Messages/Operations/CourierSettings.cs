using System.Net;
using Microsoft.Extensions.Configuration;

namespace Courier.Operations;

/// <summary>What the environment of the process says, checked once.</summary>
public sealed record CourierSettings
{
    /// <summary>Where it listens.</summary>
    public required IPAddress Host { get; init; }

    /// <summary>Where it listens; 0 takes a free one.</summary>
    public required int Port { get; init; }

    /// <summary>The SQLite file, absolute.</summary>
    public required string Database { get; init; }

    /// <summary>What callers of the API must show; null when everybody may call.</summary>
    public string? ApiKey { get; init; }

    /// <summary>What callers may show too while one key takes the place of another; none at other times.</summary>
    public IReadOnlyList<string> OtherApiKeys { get; init; } = [];

    /// <summary>The keys of tokens, of which the first signs; none when the API knows no tokens.</summary>
    public IReadOnlyList<SigningKey> SigningKeys { get; init; } = [];

    /// <summary>Deliveries that one worker makes at once.</summary>
    public required int Workers { get; init; }

    /// <summary>How long a recipient may take to answer.</summary>
    public required TimeSpan Timeout { get; init; }

    /// <summary>When failed deliveries are tried again.</summary>
    public required Messages.RetrySchedule Retries { get; init; }

    /// <summary>How long a destination that keeps failing is left alone.</summary>
    public required TimeSpan Break { get; init; }

    /// <summary>How long a taken delivery stays with a worker that says nothing, and the lead with a scheduler.</summary>
    public required TimeSpan Lease { get; init; }

    /// <summary>The fencing token of this start, which Slipway gives; 0 when started by hand.</summary>
    public required long StartFence { get; init; }

    /// <summary>How long deliveries under way may last once the worker is asked to stop.</summary>
    public required TimeSpan Drain { get; init; }

    /// <summary>How long settled messages are kept.</summary>
    public required TimeSpan Retention { get; init; }

    /// <summary>Whether messages may go to addresses of private networks and of this machine.</summary>
    public required bool AllowsPrivateRecipients { get; init; }

    /// <summary>The least level that is logged.</summary>
    public required LogLevel LogLevel { get; init; }

    /// <summary>What is made to go wrong.</summary>
    public required Fault Fault { get; init; }

    /// <summary>Who this process is.</summary>
    public required Identity Identity { get; init; }

    /// <summary>Reads the settings.</summary>
    /// <param name="configuration">Where from; the variables of the environment when a program runs.</param>
    /// <param name="service">The name of this program.</param>
    /// <param name="port">Where it listens when <c>PORT</c> is not set.</param>
    /// <param name="faults">Everything that is wrong; empty when the settings can be used.</param>
    public static CourierSettings Read(
        IConfiguration configuration, string service, int port, out IReadOnlyList<string> faults)
    {
        var read = new SettingsReader(configuration);
        var identity = Identity.From(read, service);
        var settings = new CourierSettings
        {
            Host = read.Address("HOST", IPAddress.Loopback),
            Port = read.Number("PORT", port, 0, 65535),
            Database = read.DatabasePath("COURIER__DATABASE", identity),
            ApiKey = read.Get("API__KEY"),
            // Slipway gives the key that comes before callers have it, and the one that goes until they are done with it.
            OtherApiKeys = [.. new[] { read.Get("API__KEY_NEXT"), read.Get("API__KEY_PREVIOUS") }.OfType<string>()],
            SigningKeys = read.SigningKeys("API__SIGNING_KEYS"),
            Workers = read.Number("COURIER__WORKERS", 16, 1, 256),
            Timeout = read.Duration("COURIER__TIMEOUT", "10s", "100ms", "2m"),
            Retries = new(
                read.Duration("COURIER__BACKOFF", "1s", "1ms", "1h"),
                read.Duration("COURIER__BACKOFF_MAX", "15m", "1ms", "1d"),
                read.Number("COURIER__ATTEMPTS", 8, 1, 50)),
            Break = read.Duration("COURIER__BREAK", "15s", "500ms", "1h"),
            Lease = read.Duration("COURIER__LEASE", service == "scheduler" ? "10s" : "30s", "500ms", "1h"),
            StartFence = read.Counter("SLIPWAY_FENCE"),
            Drain = read.Duration("COURIER__DRAIN", "8s", "0s", "10m"),
            Retention = read.Duration("COURIER__RETENTION", "30d", "1h", "1000d"),
            AllowsPrivateRecipients = read.Choice(
                "COURIER__PRIVATE_RECIPIENTS", identity.IsForDrills ? "allow" : "refuse", "allow", "refuse") == "allow",
            LogLevel = Enum.Parse<LogLevel>(
                read.Choice("COURIER__LOG_LEVEL", "information", "debug", "information", "warning", "error"), ignoreCase: true),
            Fault = read.Drill("COURIER__FAULT", identity),
            Identity = identity,
        };
        if (settings.Lease <= settings.Timeout && service == "worker")
            read.Add("COURIER__LEASE must be longer than COURIER__TIMEOUT, or a slow delivery is handed to a second worker.");
        faults = read.Faults;
        return settings;
    }
}

/// <summary>Who a process is, as <c>/version</c> and every log line say it.</summary>
/// <param name="Service">The program.</param>
/// <param name="Environment">Where it runs; <c>local</c> when nothing says so.</param>
/// <param name="Release">The release it belongs to; null when started by hand.</param>
/// <param name="Instance">Its own name.</param>
/// <param name="GitSha">The commit it was built from.</param>
/// <param name="BuildDate">When it was built.</param>
/// <param name="AppVersion">The version of the application.</param>
public sealed record Identity(
    string Service, string Environment, string? Release, string Instance, string? GitSha, string? BuildDate, string? AppVersion)
{
    /// <summary>Whether drills are allowed here.</summary>
    public bool IsForDrills => Environment is "local" or "ci";

    internal static Identity From(SettingsReader read, string service)
        => new(
            service, read.Get("SLIPWAY_ENVIRONMENT") ?? "local", read.Get("SLIPWAY_RELEASE"),
            read.Get("SLIPWAY_INSTANCE") ?? $"{service}-{System.Environment.ProcessId}",
            read.Get("GIT_SHA"), read.Get("BUILD_DATE"), read.Get("APP_VERSION"));
}

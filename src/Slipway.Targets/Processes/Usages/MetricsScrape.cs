using System.Collections.Immutable;
using System.Text;
using Slipway.Core.Manifests;
using Slipway.Core.Telemetry;
using Slipway.Releases.Ports;
using Slipway.Targets.Processes.Health;
using Slipway.Targets.Processes.Instances;

namespace Slipway.Targets.Processes.Usages;

/// <summary>
/// Asks an instance for its <c>/metrics</c>, once for all who want something of them: the database pool (OpenTelemetry's
/// <c>db.client.connection.count</c> and <c>.max</c>, as Prometheus text spells them) and the gates.
/// </summary>
internal static class MetricsScrape
{
    private const int AnswerBytesMax = 4 * 1024 * 1024;
    private const string PoolCount = "db_client_connection_count";
    private const string PoolMax = "db_client_connection_max";
    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(1);

    private static readonly HttpClient s_client = InstanceHttp.NewClient(s_timeout, AnswerBytesMax);

    /// <summary>Asks once.</summary>
    /// <param name="port">Where the instance listens on this machine.</param>
    /// <param name="protocol">How it is spoken to there.</param>
    /// <param name="names">The metrics that a gate wants.</param>
    /// <param name="clock">The time.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>What it told, and the share of its pool in use, 0 to 1; null when it does not tell of a pool.</returns>
    public static async Task<(InstanceMetrics Metrics, double? Pool)> Ask(int port, ServiceProtocol protocol, ImmutableHashSet<string> names, TimeProvider clock, CancellationToken cancellation)
    {
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, $"http://127.0.0.1:{port}/metrics").In(protocol);
            using var response = await s_client.SendAsync(request, cancellation);
            var at = clock.GetUtcNow();
            if (!response.IsSuccessStatusCode)
                return (new(at, [], $"GET /metrics answered {(int)response.StatusCode}"), null);
            var text = Encoding.UTF8.GetString(await response.Content.ReadAsByteArrayAsync(cancellation));
            return Read(text, names, at);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return (new(clock.GetUtcNow(), [], $"GET /metrics was not answered within {s_timeout.TotalSeconds:0} s"), null);
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException or IOException)
        {
            var why = e is HttpRequestException { HttpRequestError: HttpRequestError.ConfigurationLimitExceeded }
                ? $"its answer is larger than {AnswerBytesMax >> 20} MiB" : (e.InnerException ?? e).Message.TrimEnd('.');
            return (new(clock.GetUtcNow(), [], $"GET /metrics failed: {why}"), null);
        }
    }

    /// <summary>What a text tells.</summary>
    internal static (InstanceMetrics Metrics, double? Pool) Read(string text, ImmutableHashSet<string> names, DateTimeOffset at)
    {
        var lookup = new HashSet<string>(names, StringComparer.Ordinal).GetAlternateLookup<ReadOnlySpan<char>>();
        var reading = MetricsText.Read(text, name => name is PoolCount or PoolMax || lookup.Contains(name));
        var trouble = reading.IsCut ? $"/metrics tells of more than {MetricsText.SamplesMax} series that are wanted, or has more than {MetricsText.LinesMax} lines"
            : reading.BadLine is { } bad && reading.Samples.IsEmpty ? $"line {bad} of /metrics cannot be read" : null;
        var samples = reading.Samples.RemoveAll(sample => !names.Contains(sample.Name));
        return (new(at, samples, trouble), Pool(reading.Samples));
    }

    private static double? Pool(ImmutableArray<MetricSample> samples)
    {
        double used = 0;
        double max = 0;
        foreach (var sample in samples)
        {
            if (sample.Name == PoolMax)
                max += sample.Value;
            else if (sample.Name == PoolCount && sample["state"] == "used")
                used += sample.Value;
        }
        return max > 0 && double.IsFinite(used) && double.IsFinite(max) ? Math.Clamp(used / max, 0, 1) : null;
    }
}

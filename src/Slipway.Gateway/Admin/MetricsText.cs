using System.Globalization;
using System.Text;
using Slipway.Core.Telemetry;
using Slipway.Gateway.Proxying;
using Slipway.Gateway.Statistics;
using Slipway.Gateway.Validation;

namespace Slipway.Gateway.Admin;

/// <summary>
/// The counters as Prometheus reads them: its text format 0.0.4, or OpenMetrics 1.0 for those who ask for it, which says beside a bucket
/// of latencies which trace is one of them.
/// </summary>
internal sealed class MetricsText
{
    private readonly StringBuilder _text = new();
    private readonly bool _isOpen;

    private MetricsText(bool isOpen) => _isOpen = isOpen;

    /// <summary>Everything, in the format that is asked for.</summary>
    public static AdminAnswer Answer(DataPlane plane, string accept)
    {
        var text = new MetricsText(accept.Contains("application/openmetrics-text", StringComparison.Ordinal));
        text.Write(plane);
        return new(
            200, text._isOpen ? "application/openmetrics-text; version=1.0.0; charset=utf-8" : "text/plain; version=0.0.4; charset=utf-8",
            Encoding.UTF8.GetBytes(text._text.ToString()));
    }

    private void Write(DataPlane plane)
    {
        var book = plane.Book;
        One("slipway_gateway_table_version", "gauge", "The version of the route table that is live.", plane.Tables.Current.Table.Version);
        One("slipway_gateway_connections_open", "gauge", "Client connections that are open.", book.Connections);
        One("slipway_gateway_connections_total", "counter", "Client connections taken.", book.ConnectionsTotal);
        One("slipway_gateway_waiting", "gauge", "Requests that wait for an instance which can take more.", plane.Tables.Current.Waiting);
        One("slipway_gateway_unrouted_total", "counter", "Requests that no route matched or no release could take.", book.Unrouted);
        One("slipway_gateway_refused_total", "counter", "Requests refused since they broke the rules of HTTP.", book.Refused);
        Head("slipway_gateway_refusals_total", "counter", "Requests that routes did not take, by reason.");
        foreach (var reason in Enum.GetValues<RefusalReason>())
            _text.Append($"slipway_gateway_refusals_total{{reason=\"{reason}\"}} {book.Refusals(reason)}\n");
        Head("slipway_gateway_attacks_total", "counter", "Requests that looked like attacks, refused or not, by class.");
        foreach (var attack in Enum.GetValues<AttackClass>().Where(static one => one != AttackClass.None))
            _text.Append($"slipway_gateway_attacks_total{{class=\"{attack}\"}} {book.Findings(attack)}\n");
        One("slipway_gateway_handshakes_failed_total", "counter", "TLS handshakes that failed.", book.HandshakesFailed);
        One("slipway_gateway_allocated_bytes_total", "counter", "Memory ever taken from the collector.", GC.GetTotalAllocatedBytes());
        One("slipway_gateway_memory_bytes", "gauge", "Memory of the process that is resident.", Environment.WorkingSet);
        WriteReleases(book.ReadReleases());
        if (_isOpen)
            _text.Append("# EOF\n");
    }

    private void WriteReleases(List<ReleaseReading> releases)
    {
        Head("slipway_gateway_answers_total", "counter", "Whole answers by status class.");
        foreach (var traffic in releases.Select(static one => one.Traffic))
        {
            for (var i = 0; i < traffic.StatusClasses.Length; i++)
                _text.Append($"slipway_gateway_answers_total{{{Labels(traffic)},class=\"{i + 1}xx\"}} {traffic.StatusClasses[i]}\n");
        }
        Each(releases, "slipway_gateway_requests_total", "counter", "Requests ended.", traffic => traffic.Requests);
        Each(releases, "slipway_gateway_errors_total", "counter", "Answers from 500 on, and transport failures.", traffic => traffic.Errors);
        Each(releases, "slipway_gateway_transport_failures_total", "counter", "Requests that the instance's side refused, reset, truncated or left waiting.", traffic => traffic.TransportFailures);
        Each(releases, "slipway_gateway_client_aborts_total", "counter", "Requests that their clients gave up.", traffic => traffic.ClientAborts);
        Each(releases, "slipway_gateway_in_flight", "gauge", "Requests and upgraded connections that have not ended.", traffic => traffic.InFlight);
        Head("slipway_gateway_first_byte_seconds", "histogram", "Time to the first byte of the answer.");
        foreach (var reading in releases)
            WriteHistogram(reading);
    }

    private void WriteHistogram(ReleaseReading reading)
    {
        var labels = Labels(reading.Traffic);
        var total = reading.Traffic.Latency.Values.Sum();
        for (var i = 0; i <= HistogramBounds.Microseconds.Length; i++)
        {
            var isLast = i == HistogramBounds.Microseconds.Length;
            var bound = isLast ? long.MaxValue : HistogramBounds.Microseconds[i];
            long below = 0;
            foreach (var (bucket, count) in reading.Traffic.Latency)
                below += LatencyBuckets.LowerBound(bucket) < bound ? count : 0;
            _text.Append($"slipway_gateway_first_byte_seconds_bucket{{{labels},le=\"{(isLast ? "+Inf" : Seconds(bound))}\"}} {below}");
            if (_isOpen && reading.Exemplars[i] is { } exemplar)
                _text.Append(CultureInfo.InvariantCulture, $" # {{trace_id=\"{exemplar.TraceId}\"}} {Seconds(exemplar.Microseconds)} {exemplar.At.ToUnixTimeMilliseconds() / 1e3:0.000}");
            _text.Append('\n');
        }
        _text.Append($"slipway_gateway_first_byte_seconds_sum{{{labels}}} {Seconds(reading.LatencySumMicroseconds)}\n");
        _text.Append($"slipway_gateway_first_byte_seconds_count{{{labels}}} {total}\n");
    }

    private void One(string name, string type, string help, long value)
    {
        Head(name, type, help);
        _text.Append($"{name} {value}\n");
    }

    private void Each(
        List<ReleaseReading> releases, string name, string type, string help, Func<ReleaseTraffic, long> value)
    {
        Head(name, type, help);
        foreach (var traffic in releases.Select(static one => one.Traffic))
            _text.Append($"{name}{{{Labels(traffic)}}} {value(traffic)}\n");
    }

    // In OpenMetrics a counter is called without what its one sample is called with.
    private void Head(string name, string type, string help)
    {
        var called = _isOpen && type == "counter" ? name[..^"_total".Length] : name;
        _text.Append($"# HELP {called} {help}\n# TYPE {called} {type}\n");
    }

    // Names of services and releases hold no character that would have to be escaped.
    private static string Labels(ReleaseTraffic traffic) => $"service=\"{traffic.Service}\",release=\"{traffic.Release}\"";

    private static string Seconds(long microseconds) => (microseconds / 1e6).ToString("0.######", CultureInfo.InvariantCulture);
}

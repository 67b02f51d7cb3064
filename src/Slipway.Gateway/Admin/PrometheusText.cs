using System.Globalization;
using System.Text;
using Slipway.Core.Telemetry;
using Slipway.Gateway.Proxying;
using Slipway.Gateway.Statistics;
using Slipway.Gateway.Validation;

namespace Slipway.Gateway.Admin;

/// <summary>The counters in Prometheus' text format, version 0.0.4.</summary>
internal static class PrometheusText
{
    // Bounds of the histogram in microseconds; the finer buckets of the reading are summed into these.
    private static readonly long[] s_bounds =
        [500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000, 2_500_000, 5_000_000, 10_000_000];

    /// <summary>Writes everything.</summary>
    public static string Write(DataPlane plane)
    {
        var text = new StringBuilder();
        var book = plane.Book;
        Head(text, "slipway_gateway_table_version", "gauge", "The version of the route table that is live.");
        text.Append($"slipway_gateway_table_version {plane.Tables.Current.Table.Version}\n");
        Head(text, "slipway_gateway_connections", "gauge", "Client connections that are open.");
        text.Append($"slipway_gateway_connections {book.Connections}\n");
        Head(text, "slipway_gateway_connections_total", "counter", "Client connections taken.");
        text.Append($"slipway_gateway_connections_total {book.ConnectionsTotal}\n");
        Head(text, "slipway_gateway_waiting", "gauge", "Requests that wait for an instance which can take more.");
        text.Append($"slipway_gateway_waiting {plane.Tables.Current.Waiting}\n");
        Head(text, "slipway_gateway_unrouted_total", "counter", "Requests that no route matched or no release could take.");
        text.Append($"slipway_gateway_unrouted_total {book.Unrouted}\n");
        Head(text, "slipway_gateway_refused_total", "counter", "Requests refused since they broke the rules of HTTP.");
        text.Append($"slipway_gateway_refused_total {book.Refused}\n");
        Head(text, "slipway_gateway_refusals_total", "counter", "Requests that routes did not take, by reason.");
        foreach (var reason in Enum.GetValues<RefusalReason>())
            text.Append($"slipway_gateway_refusals_total{{reason=\"{reason}\"}} {book.Refusals(reason)}\n");
        Head(text, "slipway_gateway_attacks_total", "counter", "Requests that looked like attacks, refused or not, by class.");
        foreach (var attack in Enum.GetValues<AttackClass>().Where(static one => one != AttackClass.None))
            text.Append($"slipway_gateway_attacks_total{{class=\"{attack}\"}} {book.Findings(attack)}\n");
        Head(text, "slipway_gateway_handshakes_failed_total", "counter", "TLS handshakes that failed.");
        text.Append($"slipway_gateway_handshakes_failed_total {book.HandshakesFailed}\n");
        Head(text, "slipway_gateway_memory_bytes", "gauge", "Memory of the process that is resident.");
        text.Append($"slipway_gateway_memory_bytes {Environment.WorkingSet}\n");
        WriteReleases(text, book.ReadReleases());
        return text.ToString();
    }

    private static void WriteReleases(StringBuilder text, List<(ReleaseTraffic Traffic, long LatencySumMicroseconds)> releases)
    {
        Head(text, "slipway_gateway_answers_total", "counter", "Whole answers by status class.");
        foreach (var (traffic, _) in releases)
        {
            for (var i = 0; i < traffic.StatusClasses.Length; i++)
                text.Append($"slipway_gateway_answers_total{{{Labels(traffic)},class=\"{i + 1}xx\"}} {traffic.StatusClasses[i]}\n");
        }
        Each(text, releases, "slipway_gateway_requests_total", "counter", "Requests ended.", traffic => traffic.Requests);
        Each(text, releases, "slipway_gateway_errors_total", "counter", "Answers from 500 on, and transport failures.", traffic => traffic.Errors);
        Each(text, releases, "slipway_gateway_transport_failures_total", "counter", "Requests that the instance's side refused, reset, truncated or left waiting.", traffic => traffic.TransportFailures);
        Each(text, releases, "slipway_gateway_client_aborts_total", "counter", "Requests that their clients gave up.", traffic => traffic.ClientAborts);
        Each(text, releases, "slipway_gateway_in_flight", "gauge", "Requests and upgraded connections that have not ended.", traffic => traffic.InFlight);
        Head(text, "slipway_gateway_first_byte_seconds", "histogram", "Time to the first byte of the answer.");
        foreach (var (traffic, sum) in releases)
            WriteHistogram(text, traffic, sum);
    }

    private static void WriteHistogram(StringBuilder text, ReleaseTraffic traffic, long sumMicroseconds)
    {
        long total = 0;
        foreach (var count in traffic.Latency.Values)
            total += count;
        foreach (var bound in s_bounds)
        {
            long below = 0;
            foreach (var (bucket, count) in traffic.Latency)
            {
                if (LatencyBuckets.LowerBound(bucket) < bound)
                    below += count;
            }
            text.Append($"slipway_gateway_first_byte_seconds_bucket{{{Labels(traffic)},le=\"{Seconds(bound)}\"}} {below}\n");
        }
        text.Append($"slipway_gateway_first_byte_seconds_bucket{{{Labels(traffic)},le=\"+Inf\"}} {total}\n");
        text.Append($"slipway_gateway_first_byte_seconds_sum{{{Labels(traffic)}}} {Seconds(sumMicroseconds)}\n");
        text.Append($"slipway_gateway_first_byte_seconds_count{{{Labels(traffic)}}} {total}\n");
    }

    private static void Each(
        StringBuilder text, List<(ReleaseTraffic Traffic, long LatencySumMicroseconds)> releases, string name, string type, string help, Func<ReleaseTraffic, long> value)
    {
        Head(text, name, type, help);
        foreach (var (traffic, _) in releases)
            text.Append($"{name}{{{Labels(traffic)}}} {value(traffic)}\n");
    }

    private static void Head(StringBuilder text, string name, string type, string help)
        => text.Append($"# HELP {name} {help}\n# TYPE {name} {type}\n");

    // Names of services and releases hold no character that would have to be escaped.
    private static string Labels(ReleaseTraffic traffic) => $"service=\"{traffic.Service}\",release=\"{traffic.Release}\"";

    private static string Seconds(long microseconds) => (microseconds / 1e6).ToString("0.######", CultureInfo.InvariantCulture);
}

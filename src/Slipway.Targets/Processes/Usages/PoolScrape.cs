using System.Globalization;
using System.Text;

namespace Slipway.Targets.Processes.Usages;

/// <summary>
/// Reads how much of its database pool an instance uses from its <c>/metrics</c>: OpenTelemetry's
/// <c>db.client.connection.count</c> and <c>.max</c>, as Prometheus text spells them.
/// </summary>
internal static class PoolScrape
{
    private const int AnswerBytesMax = 512 * 1024;

    private static readonly HttpClient s_client = new(new SocketsHttpHandler { UseProxy = false, PooledConnectionLifetime = TimeSpan.Zero })
    {
        Timeout = TimeSpan.FromSeconds(1),
        MaxResponseContentBufferSize = AnswerBytesMax,
    };

    /// <summary>The share in use, 0 to 1; null when the instance does not tell.</summary>
    public static async Task<double?> Ask(int port, CancellationToken cancellation)
    {
        try
        {
            using var response = await s_client.GetAsync(new Uri($"http://127.0.0.1:{port}/metrics"), cancellation);
            return response.IsSuccessStatusCode
                ? Ratio(Encoding.UTF8.GetString(await response.Content.ReadAsByteArrayAsync(cancellation)))
                : null;
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException or IOException)
        {
            // An instance without metrics is a common thing, and one that does not answer is found by its probes.
            return null;
        }
    }

    /// <summary>The share in use that a text tells of.</summary>
    public static double? Ratio(string text)
    {
        double used = 0;
        double max = 0;
        foreach (var range in text.AsSpan().Split('\n'))
        {
            var line = text.AsSpan()[range];
            if (line.StartsWith("db_client_connection_count{", StringComparison.Ordinal) && line.Contains("state=\"used\"", StringComparison.Ordinal))
                used += Value(line);
            else if (line.StartsWith("db_client_connection_max", StringComparison.Ordinal))
                max += Value(line);
        }
        return max > 0 ? Math.Clamp(used / max, 0, 1) : null;
    }

    private static double Value(ReadOnlySpan<char> line)
    {
        var rest = line[(line.LastIndexOf('}') + 1)..].Trim();
        var start = line.Contains('}') ? 0 : rest.IndexOf(' ') + 1;
        rest = rest[start..].Trim();
        var end = rest.IndexOf(' ');
        return double.TryParse(end < 0 ? rest : rest[..end], NumberStyles.Float, CultureInfo.InvariantCulture, out var value) ? value : 0;
    }
}

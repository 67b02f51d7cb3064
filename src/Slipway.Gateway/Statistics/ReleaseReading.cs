using Slipway.Core.Telemetry;

namespace Slipway.Gateway.Statistics;

/// <summary>What has been counted of one release of a service up to now.</summary>
/// <param name="Traffic">The counts.</param>
/// <param name="LatencySumMicroseconds">The sum of all latencies.</param>
/// <param name="Exemplars">For each bucket of <see cref="HistogramBounds"/> a request that fell into it and is written down; null for none.</param>
internal sealed record ReleaseReading(ReleaseTraffic Traffic, long LatencySumMicroseconds, Exemplar?[] Exemplars);

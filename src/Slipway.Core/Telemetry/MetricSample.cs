using System.Collections.Immutable;

namespace Slipway.Core.Telemetry;

/// <summary>One value of a metric as an instance told it.</summary>
/// <param name="Name">The metric's name, such as <c>orders_total</c>.</param>
/// <param name="Labels">Its labels, in the order in which they were told.</param>
/// <param name="Value">The value; it may be no number, or infinite.</param>
public sealed record MetricSample(string Name, ImmutableArray<MetricLabel> Labels, double Value)
{
    /// <summary>The value of a label; empty when the sample has none of that name, which means the same (Prometheus' data model).</summary>
    public string this[string label]
    {
        get
        {
            foreach (var one in Labels)
            {
                if (one.Name == label)
                    return one.Value;
            }
            return "";
        }
    }
}

/// <summary>A label of a sample.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Value">Its value, escapes resolved.</param>
public readonly record struct MetricLabel(string Name, string Value);

/// <summary>What a text in Prometheus' format told.</summary>
/// <param name="Samples">The samples that were wanted.</param>
/// <param name="BadLine">The number of the first line that could not be read, from 1; null when all could.</param>
/// <param name="IsCut">Whether there was more than is read of one text, so that what is missing here may not be missing there.</param>
public sealed record MetricsReading(ImmutableArray<MetricSample> Samples, int? BadLine, bool IsCut);

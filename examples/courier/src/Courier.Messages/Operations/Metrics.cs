using System.Collections.Concurrent;
using System.Globalization;
using System.Text;

namespace Courier.Operations;

/// <summary>What this process counts, as Prometheus reads it (text format 0.0.4).</summary>
public sealed class Metrics
{
    // The boundaries that OpenTelemetry recommends for durations of HTTP requests, in seconds.
    private static readonly double[] _bounds =
        [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];

    private readonly ConcurrentDictionary<string, Counter> _counters = new();
    private readonly ConcurrentDictionary<string, Histogram> _histograms = new();
    private readonly List<(string Name, string Help, string Type, Func<CancellationToken, Task<IReadOnlyList<Sample>>> Read)> _read = [];

    /// <summary>A count that only grows.</summary>
    public Counter Count(string name, string help) => _counters.GetOrAdd(name, _ => new(help));

    /// <summary>Durations in seconds.</summary>
    public Histogram Durations(string name, string help) => _histograms.GetOrAdd(name, _ => new(help));

    /// <summary>A value that is read when asked for; one that cannot be read then is left out.</summary>
    public void Gauge(string name, string help, Func<CancellationToken, Task<IReadOnlyList<Sample>>> read)
        => _read.Add((name, help, "gauge", read));

    /// <summary>A value that is read when asked for; a <paramref name="type"/> of <c>counter</c> says that it only grows.</summary>
    public void Gauge(string name, string help, string labels, Func<double> read, string type = "gauge")
        => _read.Add((name, help, type, _ => Task.FromResult<IReadOnlyList<Sample>>([new(labels, read())])));

    /// <summary>Writes all of them.</summary>
    public async Task<string> WriteAsync(CancellationToken cancellation)
    {
        var text = new StringBuilder(4096);
        foreach (var (name, counter) in _counters.OrderBy(static pair => pair.Key, StringComparer.Ordinal))
            Write(text, name, counter.Help, "counter", counter.Samples);
        foreach (var (name, histogram) in _histograms.OrderBy(static pair => pair.Key, StringComparer.Ordinal))
            histogram.Write(text, name);
        foreach (var (name, help, type, read) in _read)
        {
            try
            {
                Write(text, name, help, type, await read(cancellation));
            }
            catch (Messages.StoreUnavailableException)
            {
                text.Append("# ").Append(name).Append(" could not be read: the database is not available.\n");
            }
        }

        return text.ToString();
    }

    private static void Write(StringBuilder text, string name, string help, string type, IEnumerable<Sample> samples)
    {
        Header(text, name, help, type);
        foreach (var sample in samples)
            Line(text, name, sample.Labels, sample.Value);
    }

    private static void Header(StringBuilder text, string name, string help, string type)
        => text.Append("# HELP ").Append(name).Append(' ').Append(help).Append("\n# TYPE ").Append(name).Append(' ').Append(type).Append('\n');

    private static void Line(StringBuilder text, string name, string labels, double value)
    {
        text.Append(name);
        if (labels.Length > 0)
            text.Append('{').Append(labels).Append('}');
        text.Append(' ').Append(value.ToString("R", CultureInfo.InvariantCulture)).Append('\n');
    }

    /// <summary>One value.</summary>
    /// <param name="Labels">Such as <c>state="used"</c>; may be empty.</param>
    /// <param name="Value">The value.</param>
    public sealed record Sample(string Labels, double Value);

    /// <summary>A count for each set of labels.</summary>
    public sealed class Counter(string help)
    {
        private readonly ConcurrentDictionary<string, long> _values = new();

        internal string Help => help;

        internal IEnumerable<Sample> Samples => _values.Select(static pair => new Sample(pair.Key, pair.Value));

        /// <summary>Adds to the count of these labels; adding 0 makes it show from the start.</summary>
        public void Add(long count = 1, string labels = "")
            => _values.AddOrUpdate(labels, static (_, added) => added, static (_, old, added) => old + added, count);
    }

    /// <summary>A histogram for each set of labels.</summary>
    public sealed class Histogram(string help)
    {
        private readonly ConcurrentDictionary<string, Buckets> _series = new();

        /// <summary>Adds one duration.</summary>
        public void Record(TimeSpan duration, string labels = "")
            => _series.GetOrAdd(labels, static _ => new()).Record(duration.TotalSeconds);

        internal void Write(StringBuilder text, string name)
        {
            Header(text, name, help, "histogram");
            foreach (var (labels, buckets) in _series)
            {
                var prefix = labels.Length > 0 ? labels + "," : "";
                var (counts, sum) = buckets.Read();
                var total = 0L;
                for (var i = 0; i < counts.Length; i++)
                {
                    total += counts[i];
                    var bound = i < _bounds.Length ? _bounds[i].ToString("R", CultureInfo.InvariantCulture) : "+Inf";
                    Line(text, name + "_bucket", $"{prefix}le=\"{bound}\"", total);
                }

                Line(text, name + "_sum", labels, sum);
                Line(text, name + "_count", labels, total);
            }
        }
    }

    private sealed class Buckets
    {
        private readonly long[] _counts = new long[_bounds.Length + 1];
        private readonly Lock _lock = new();
        private double _sum;

        public void Record(double seconds)
        {
            var index = Array.BinarySearch(_bounds, seconds);
            lock (_lock)
            {
                _counts[index < 0 ? ~index : index]++;
                _sum += seconds;
            }
        }

        public (long[] Counts, double Sum) Read()
        {
            lock (_lock)
                return ([.. _counts], _sum);
        }
    }
}

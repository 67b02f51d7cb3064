using System.Globalization;

namespace Slipway.Bench;

/// <summary>Raw samples of one measurement, kept under <c>artifacts/bench/</c>.</summary>
internal sealed class Samples(string name)
{
    private readonly List<double> _values = [];

    public void Add(double value) => _values.Add(value);

    public double Median => Quantile(0.5);

    public double Max => _values.Max();

    /// <summary>The value at or below which a share of the samples lies (nearest rank).</summary>
    public double Quantile(double share)
    {
        var sorted = _values.Order().ToList();
        return sorted[Math.Clamp((int)Math.Ceiling(share * sorted.Count) - 1, 0, sorted.Count - 1)];
    }

    public void Save()
    {
        var folder = Path.Combine(Repository.Root, "artifacts", "bench");
        Directory.CreateDirectory(folder);
        File.WriteAllLines(Path.Combine(folder, $"{name}.txt"), _values.Select(value => value.ToString(CultureInfo.InvariantCulture)));
    }
}

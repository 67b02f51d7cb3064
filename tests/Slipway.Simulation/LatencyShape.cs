namespace Slipway.Simulation;

/// <summary>How latencies lie around their median, and how an instance warms up.</summary>
/// <param name="Sigma">The deviation of their logarithm, as for a lognormal distribution; 0.5 to 1 is usual for web services.</param>
/// <param name="TailShare">The share of requests with a heavy tail, 0 to 1: those take longer by a Pareto factor of index 1.5.</param>
/// <param name="WarmUpFactor">How many times slower an instance is when it starts.</param>
/// <param name="WarmUp">Until when that has worn off, since its start.</param>
internal sealed record LatencyShape(double Sigma, double TailShare = 0, double WarmUpFactor = 1, TimeSpan WarmUp = default)
{
    public TimeSpan Draw(Random random, TimeSpan median, TimeSpan age)
    {
        var factor = Math.Exp(Sigma * Chance.Normal(random));
        if (random.NextDouble() < TailShare)
            factor *= Math.Min(1000, Math.Pow(1 - random.NextDouble(), -1 / 1.5));
        if (age < WarmUp)
            factor *= 1 + ((WarmUpFactor - 1) * (1 - (age / WarmUp)));
        return median * factor;
    }
}

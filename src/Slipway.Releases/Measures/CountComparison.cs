using Slipway.Releases.Evidence;

namespace Slipway.Releases.Measures;

/// <summary>
/// Likelihood ratios of counts, for a <see cref="BettingProcess"/>: how much better a count is explained by a rate that is so many
/// times beyond a limit than by the limit itself.
/// </summary>
public static class CountComparison
{
    // How far beyond the limit the truth may be: a grid dense enough that the best of it is never far from the best of all.
    private static readonly double[] s_beyond = [1.1, 1.25, 1.5, 2, 3, 5, 10, 30, 100];

    /// <summary>Evidence with as many alternatives as the ratios have.</summary>
    public static BettingProcess Begin() => BettingProcess.Even(s_beyond.Length);

    /// <summary>
    /// Of events in two groups over the same time: that the first group's rate is more (or, downwards, less) than
    /// <paramref name="limit"/> times the second's. Given their sum, the first's is binomial with p = Le/(Le + f), e and f
    /// being the exposures; so the common rate, however it moves, falls out. For shares of known totals this errs on the safe
    /// side, since a binomial count varies less than a Poisson one of the same mean.
    /// </summary>
    /// <param name="events">Events of the first group.</param>
    /// <param name="exposure">What they came from: requests, jobs, or seconds.</param>
    /// <param name="otherEvents">Events of the second.</param>
    /// <param name="otherExposure">What those came from.</param>
    /// <param name="limit">The ratio of the rates that is still allowed, above 0.</param>
    /// <param name="downwards">Whether less than the limit is the fault.</param>
    public static double[] Beside(double events, double exposure, double otherEvents, double otherExposure, double limit, bool downwards)
    {
        var ratios = new double[s_beyond.Length];
        if (exposure <= 0 || otherExposure <= 0)
            return ratios;
        var null0 = limit * exposure / ((limit * exposure) + otherExposure);
        for (var i = 0; i < ratios.Length; i++)
        {
            var rate = downwards ? limit / s_beyond[i] : limit * s_beyond[i];
            var p = rate * exposure / ((rate * exposure) + otherExposure);
            ratios[i] = Times(events, Math.Log(p / null0)) + Times(otherEvents, Math.Log((1 - p) / (1 - null0)));
        }
        return ratios;
    }

    /// <summary>Of a share: that more (or less) than <paramref name="limit"/> of a total is a part, each independently.</summary>
    /// <param name="part">The part.</param>
    /// <param name="total">The total; no less than the part.</param>
    /// <param name="limit">The share that is still allowed, 0 to 1.</param>
    /// <param name="downwards">Whether less than the limit is the fault.</param>
    public static double[] Share(double part, double total, double limit, bool downwards)
    {
        var ratios = new double[s_beyond.Length];
        if (downwards ? limit <= 0 : limit >= 1)
            return ratios;
        var null0 = Math.Clamp(limit, 1e-9, 1 - 1e-9);
        for (var i = 0; i < ratios.Length; i++)
        {
            var p = downwards ? null0 / s_beyond[i] : Math.Min(null0 * s_beyond[i], (1 + null0) / 2);
            ratios[i] = Times(part, Math.Log(p / null0)) + Times(total - part, Math.Log((1 - p) / (1 - null0)));
        }
        return ratios;
    }

    /// <summary>Of a rate: that there are more (or fewer) events than <paramref name="limit"/> for each unit of exposure, by Poisson's law.</summary>
    /// <param name="events">The events.</param>
    /// <param name="exposure">What they came from.</param>
    /// <param name="limit">The rate that is still allowed.</param>
    /// <param name="downwards">Whether less than the limit is the fault.</param>
    public static double[] Rate(double events, double exposure, double limit, bool downwards)
    {
        var ratios = new double[s_beyond.Length];
        var expected = Math.Max(limit, 1e-12) * exposure;
        for (var i = 0; i < ratios.Length; i++)
        {
            var times = downwards ? 1 / s_beyond[i] : s_beyond[i];
            ratios[i] = Times(events, Math.Log(times)) - (expected * (times - 1));
        }
        return ratios;
    }

    /// <summary>
    /// The largest (or, downwards, the least) rate that so many events do not speak against at 0.05 %, by the score of
    /// Poisson's law (z = 3.29).
    /// </summary>
    /// <param name="events">The events.</param>
    /// <param name="exposure">What they came from, above 0.</param>
    /// <param name="downwards">Whether the least is wanted.</param>
    public static double Bound(double events, double exposure, bool downwards)
    {
        const double Z = 3.29;
        var spread = Z * Math.Sqrt(events + (Z * Z / 4));
        return Math.Max(0, events + (Z * Z / 2) + (downwards ? -spread : spread)) / exposure;
    }

    private static double Times(double count, double log) => count == 0 ? 0 : count * log;
}

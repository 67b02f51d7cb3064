using System.Collections.Immutable;

namespace Slipway.Releases.Evidence;

/// <summary>
/// Evidence against a hypothesis, as the wealth of one who bets against it: it starts with 1, and while the hypothesis holds
/// it reaches 1/a at any time at all with a chance of at most a (Ville 1939). Stakes are spread over how bad things may be
/// (the method of mixtures: Robbins 1970) and over when it may have begun, so that a fault after half an hour does not
/// have to win back what half an hour of good requests has lost (Shin, Ramdas and Rinaldo 2022). Since a stake that begins
/// later multiplies by the same factors from then on, all of them are one number for each alternative.
/// </summary>
public sealed class BettingProcess
{
    // Wealth beyond that decides nothing more; a number that grows without end would end as infinity, and nothing times that as no number.
    private const double WealthMax = 1e250;
    private static readonly double s_logMax = Math.Log(WealthMax);
    private readonly ImmutableArray<double> _shares;
    private readonly double[] _wealth;
    private readonly bool _spread;
    private double _staked;

    /// <summary>Begins with nothing seen.</summary>
    /// <param name="shares">The share of the stakes on each alternative; together at most 1.</param>
    /// <param name="spread">Whether stakes are spread over when it may have begun; otherwise all are placed at the start.</param>
    public BettingProcess(ImmutableArray<double> shares, bool spread)
    {
        (_shares, _spread) = (shares, spread);
        _wealth = new double[shares.Length];
    }

    /// <summary>One that spreads its stakes evenly over alternatives, and over when it may have begun.</summary>
    /// <param name="alternatives">How many, 1 or more.</param>
    public static BettingProcess Even(int alternatives) => new([.. Enumerable.Repeat(1.0 / alternatives, alternatives)], spread: true);

    /// <summary>The wealth: 1 over it is the chance, at most, of ever having so much without a fault.</summary>
    public double Wealth
    {
        get
        {
            var sum = 1 - _staked;
            foreach (var wealth in _wealth)
                sum += wealth;
            return sum;
        }
    }

    /// <summary>Whether it suffices against the hypothesis.</summary>
    /// <param name="falseAlarms">The chance that it ever does though the hypothesis holds, above 0.</param>
    public bool Proves(double falseAlarms) => Wealth >= 1 / falseAlarms;

    /// <summary>Takes what was seen.</summary>
    /// <param name="at">Until when, since the first request. Stakes follow this time only, never what was seen.</param>
    /// <param name="logRatio">For each alternative, the logarithm of how much likelier it makes what was seen than the hypothesis.</param>
    public void Take(TimeSpan at, ReadOnlySpan<double> logRatio)
    {
        var staked = Math.Max(_staked, _spread ? Staked(at) : 1);
        for (var i = 0; i < _wealth.Length; i++)
            _wealth[i] = Math.Min(WealthMax, (_wealth[i] + (_shares[i] * (staked - _staked))) * Math.Exp(Math.Min(s_logMax, logRatio[i])));
        _staked = staked;
    }

    // Half at once; the rest so slowly that after t it still has about 1/(2 ln t) to stake.
    private static double Staked(TimeSpan at) => 1 - (0.5 / (1 + Math.Log(1 + (Math.Max(0, at.TotalSeconds) / 5))));
}

using System.Collections.Immutable;

namespace Slipway.Releases.Evidence;

/// <summary>Evidence that a service of the candidate fails less than the limit, so that it may have more of the traffic.</summary>
internal sealed class PassEvidence(double objective, double limit)
{
    private static readonly ImmutableArray<double> Shares = [0.97, 0.01, 0.01, 0.01];

    // Nearly all is staked on a service that keeps its objective; the rest serves those that live with more errors.
    private readonly ImmutableArray<double> _ratios = [objective, Math.Sqrt(objective * limit), limit / 4, limit / 2];
    private BettingProcess _process = new(Shares, spread: false);

    /// <summary>The evidence.</summary>
    public double Wealth => _process.Wealth;

    /// <summary>Forgets all.</summary>
    public void Reset() => _process = new(Shares, spread: false);

    /// <summary>Takes what was seen.</summary>
    public void Take(in ErrorBlock block)
    {
        if (block.Requests == 0)
            return;
        Span<double> ratios = stackalloc double[_ratios.Length];
        for (var i = 0; i < ratios.Length; i++)
            ratios[i] = (block.Errors * Math.Log(_ratios[i] / limit)) + ((block.Requests - block.Errors) * Math.Log((1 - _ratios[i]) / (1 - limit)));
        _process.Take(TimeSpan.Zero, ratios);
    }

    /// <summary>How many more requests without an error it would take to have so much.</summary>
    public long RequestsTo(double wealth) => (long)Math.Ceiling(Math.Max(0, Math.Log(wealth / Wealth)) / Math.Log((1 - objective) / (1 - limit)));
}

using System.Runtime.InteropServices;
using Slipway.Releases.Evidence;

namespace Slipway.Releases.Measures;

/// <summary>What a count must keep to.</summary>
/// <param name="IsShare">Whether the events are a part of what they come from, such as failed jobs of jobs; otherwise they may be more.</param>
/// <param name="Above">More of them than this, for each unit of exposure, is a fault; null for no limit.</param>
/// <param name="Below">Fewer than this is one.</param>
/// <param name="MoreThan">More than so many times stable's is one.</param>
/// <param name="LessThan">Less than so many times stable's is one.</param>
public sealed record CountLimits(bool IsShare, double? Above, double? Below, double? MoreThan, double? LessThan)
{
    /// <summary>How many limits there are.</summary>
    public int Count => (Above is null ? 0 : 1) + (Below is null ? 0 : 1) + (MoreThan is null ? 0 : 1) + (LessThan is null ? 0 : 1);
}

/// <summary>Events and what they came from.</summary>
/// <param name="Events">The events.</param>
/// <param name="Exposure">Requests, jobs or seconds.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct Ratio(double Events, double Exposure)
{
    /// <summary>Events for each unit of exposure; 0 without any.</summary>
    public double Value => Exposure > 0 ? Events / Exposure : 0;

    /// <summary>Both together.</summary>
    public static Ratio operator +(Ratio one, Ratio other) => new(one.Events + other.Events, one.Exposure + other.Exposure);
}

/// <summary>The events of candidate and stable as they come, weighed against the limits.</summary>
/// <param name="limits">The limits.</param>
/// <param name="falseAlarms">The chance that one of the limits ever fails a good release.</param>
public sealed class CountTally(CountLimits limits, double falseAlarms)
{
    private static readonly TimeSpan RecentTime = TimeSpan.FromMinutes(2);
    private readonly Queue<(DateTimeOffset At, Ratio Candidate, Ratio Stable)> _recent = new();
    private DateTimeOffset? _since;

    /// <summary>The limits.</summary>
    public CountLimits Limits => limits;

    /// <summary>Evidence that the candidate is above the limit.</summary>
    public BettingProcess Above { get; } = CountComparison.Begin();

    /// <summary>Evidence that it is below the limit.</summary>
    public BettingProcess Below { get; } = CountComparison.Begin();

    /// <summary>Evidence that it is more than so many times stable's.</summary>
    public BettingProcess MoreThan { get; } = CountComparison.Begin();

    /// <summary>Evidence that it is less than so many times stable's.</summary>
    public BettingProcess LessThan { get; } = CountComparison.Begin();

    /// <summary>All of the candidate's.</summary>
    public Ratio Candidate { get; private set; }

    /// <summary>All of stable's.</summary>
    public Ratio Stable { get; private set; }

    /// <summary>The candidate's of the last two minutes.</summary>
    public Ratio CandidateLately => _recent.Aggregate(new Ratio(), (sum, one) => sum + one.Candidate);

    /// <summary>Stable's of the last two minutes.</summary>
    public Ratio StableLately => _recent.Aggregate(new Ratio(), (sum, one) => sum + one.Stable);

    /// <summary>Whether evidence suffices for a failure, the false alarms shared among the limits.</summary>
    public bool Suffices(BettingProcess evidence) => evidence.Proves(falseAlarms / limits.Count);

    /// <summary>Adds what was counted over the same time.</summary>
    public void Add(DateTimeOffset at, Ratio candidate, Ratio stable)
    {
        if (limits.IsShare)
            (candidate, stable) = (Part(candidate), Part(stable));
        if (candidate.Exposure > 0)
        {
            _since ??= at;
            var age = at - _since.Value;
            if (limits.Above is { } above)
                Above.Take(age, Alone(candidate, above, downwards: false));
            if (limits.Below is { } below)
                Below.Take(age, Alone(candidate, below, downwards: true));
            if (limits.MoreThan is { } more && Against(candidate, stable, more, downwards: false) is { } up)
                MoreThan.Take(age, up);
            if (limits.LessThan is { } less && Against(candidate, stable, less, downwards: true) is { } down)
                LessThan.Take(age, down);
        }
        Candidate += candidate;
        Stable += stable;
        _recent.Enqueue((at, candidate, stable));
        while (_recent.Peek().At < at - RecentTime)
            _recent.Dequeue();
    }

    // A part that is told of a little later than its whole must not make more than the whole.
    private static Ratio Part(Ratio ratio) => ratio with { Events = Math.Min(ratio.Events, ratio.Exposure) };

    private double[] Alone(Ratio counted, double limit, bool downwards) => limits.IsShare
        ? CountComparison.Share(counted.Events, counted.Exposure, limit, downwards)
        : CountComparison.Rate(counted.Events, counted.Exposure, limit, downwards);

    // Where stable has nothing now, after a blue-green switch or under guard, what it did before stands in for it, as bad as that may have been.
    private double[]? Against(Ratio candidate, Ratio stable, double limit, bool downwards)
    {
        if (stable.Exposure > 0)
            return CountComparison.Beside(candidate.Events, candidate.Exposure, stable.Events, stable.Exposure, Math.Max(limit, 1e-6), downwards);
        return Stable.Exposure > 0 ? Alone(candidate, limit * CountComparison.Bound(Stable.Events, Stable.Exposure, downwards), downwards) : null;
    }
}

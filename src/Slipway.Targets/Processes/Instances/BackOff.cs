namespace Slipway.Targets.Processes.Instances;

/// <summary>
/// How long to wait before a restart: up to 100 ms, doubling to 30 s, the whole of it drawn by lot ("full jitter", Brooker,
/// "Exponential Backoff and Jitter", 2015). Begins anew after a life of ten times the longest wait.
/// </summary>
/// <param name="random">Draws a number from 0 to 1.</param>
internal sealed class BackOff(Func<double> random)
{
    private static readonly TimeSpan s_first = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan s_longest = TimeSpan.FromSeconds(30);
    private int _doublings;

    /// <summary>The wait after a life of this length.</summary>
    public TimeSpan Next(TimeSpan lived)
    {
        if (lived >= 10 * Ceiling())
            _doublings = 0;
        var wait = random() * Ceiling();
        _doublings++;
        return wait;
    }

    private TimeSpan Ceiling()
    {
        var ceiling = s_first * Math.Pow(2, Math.Min(_doublings, 20));
        return ceiling < s_longest ? ceiling : s_longest;
    }
}

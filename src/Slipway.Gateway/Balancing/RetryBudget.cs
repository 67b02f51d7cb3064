namespace Slipway.Gateway.Balancing;

/// <summary>
/// Bounds how many requests are sent a second time: one for every ten, and a hundred saved up at most, so that a failing service
/// is not asked twice as often for it. Requests of which nothing was sent are no second ones.
/// </summary>
internal sealed class RetryBudget
{
    private const int CostOfRetry = 10;
    private const int SavedMax = 100 * CostOfRetry;

    private int _saved = SavedMax;

    /// <summary>A request came.</summary>
    public void Earn()
    {
        if (Volatile.Read(ref _saved) < SavedMax)
            Interlocked.Increment(ref _saved);
    }

    /// <summary>Takes what a second try costs; false when there is not enough.</summary>
    public bool TrySpend()
    {
        if (Interlocked.Add(ref _saved, -CostOfRetry) >= 0)
            return true;
        Interlocked.Add(ref _saved, CostOfRetry);
        return false;
    }
}

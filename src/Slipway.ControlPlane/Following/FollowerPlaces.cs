namespace Slipway.ControlPlane.Following;

/// <summary>The places for those that follow something: bounded, so that forgotten followers cannot use up the control plane.</summary>
internal sealed class FollowerPlaces
{
    /// <summary>How many may follow at once.</summary>
    public const int Most = 64;

    private int _taken;

    /// <summary>Takes a place until it is disposed of; null when there is none.</summary>
    public IDisposable? TryTake()
    {
        if (Interlocked.Increment(ref _taken) <= Most)
            return new Place(this);
        Interlocked.Decrement(ref _taken);
        return null;
    }

    private sealed class Place(FollowerPlaces places) : IDisposable
    {
        public void Dispose() => Interlocked.Decrement(ref places._taken);
    }
}

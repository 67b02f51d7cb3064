namespace Slipway.Gateway.Balancing;

/// <summary>
/// Deals turns out by weight: exact over any window as long as the reduced sum of the weights (10 of 100 for 10 to 90,
/// in every 100 consecutive turns), and evenly interleaved. Each place takes its turns by Bresenham's line over the turns
/// that the places before it left over, so that a turn is a pure function of its number.
/// </summary>
internal sealed class WeightedSequence
{
    private readonly long[] _weights;
    private readonly long _sum;

    /// <summary>Prepares weights above zero, with at least one of them.</summary>
    public WeightedSequence(ReadOnlySpan<int> weights)
    {
        long divisor = 0;
        foreach (var weight in weights)
            divisor = GreatestCommonDivisor(divisor, weight);
        _weights = new long[weights.Length];
        for (var i = 0; i < weights.Length; i++)
            _sum += _weights[i] = weights[i] / divisor;
    }

    /// <summary>Whose turn it is.</summary>
    /// <param name="turn">The number of the turn, from 0; may wrap around.</param>
    public int At(ulong turn)
    {
        var n = (long)(turn % (ulong)_sum);
        var sum = _sum;
        for (var place = 0; place < _weights.Length - 1; place++)
        {
            var weight = _weights[place];
            var before = n * weight / sum;
            if ((n + 1) * weight / sum > before)
                return place;
            n -= before;
            sum -= weight;
        }
        return _weights.Length - 1;
    }

    private static long GreatestCommonDivisor(long one, long other)
    {
        while (other != 0)
            (one, other) = (other, one % other);
        return one;
    }
}

namespace Slipway.Releases.Measures;

/// <summary>
/// Evidence against a null hypothesis that may be looked at as often as one likes: an e-process. It is the average of
/// likelihood ratios over several alternatives and over several times at which the trouble may have begun, each begun with
/// a share of the whole; so its expectation is never above 1 while the null hypothesis holds, and by Ville's inequality it
/// ever reaches 1/a with a probability of at most a.
/// <para>
/// Sources: Lindon and Malek, "Anytime-valid inference for multinomial count data" (2022), for the mixture over alternatives;
/// Shin, Ramdas and Rinaldo, "E-detectors" (2022), for the one over beginnings, without which a fault after a long good time
/// would have to outweigh all of that first.
/// </para>
/// </summary>
public sealed class Evidence
{
    private const int BeginningsMax = 32;
    private const int NewestKept = 8;
    private static readonly TimeSpan BeginningEvery = TimeSpan.FromSeconds(15);

    private readonly List<Beginning> _beginnings = [];
    private int _begun;
    private DateTimeOffset _next = DateTimeOffset.MinValue;

    /// <summary>Its natural logarithm; 0 says nothing, 6.9 is a thousand to one.</summary>
    public double Log { get; private set; }

    /// <summary>Adds what was counted since the last time.</summary>
    /// <param name="now">When.</param>
    /// <param name="logRatios">The logarithm of its likelihood under each alternative over that under the null hypothesis; as many each time.</param>
    public void Add(DateTimeOffset now, ReadOnlySpan<double> logRatios)
    {
        if (now >= _next)
        {
            // The shares 1/(j(j+1)) of all beginnings together are 1; what is not begun yet keeps the rest, 1/(J+1).
            _begun++;
            _beginnings.Add(new(-Math.Log(_begun) - Math.Log(_begun + 1), new double[logRatios.Length]));
            _next = now + BeginningEvery;
            // Leaving one out only takes evidence away.
            if (_beginnings.Count > BeginningsMax)
                _beginnings.Remove(_beginnings.Take(_beginnings.Count - NewestKept).MinBy(one => one.Log)!);
        }
        var sum = -Math.Log(_begun + 1);
        foreach (var beginning in _beginnings)
        {
            for (var i = 0; i < logRatios.Length; i++)
                beginning.Ratios[i] += logRatios[i];
            sum = LogSum(sum, beginning.Log);
        }
        Log = sum;
    }

    private static double LogSum(double a, double b)
    {
        var (most, least) = (Math.Max(a, b), Math.Min(a, b));
        return double.IsNegativeInfinity(least) || double.IsPositiveInfinity(most) ? most : most + Math.Log(1 + Math.Exp(least - most));
    }

    private sealed record Beginning(double LogShare, double[] Ratios)
    {
        public double Log
        {
            get
            {
                var sum = double.NegativeInfinity;
                foreach (var ratio in Ratios)
                    sum = LogSum(sum, ratio);
                return sum - Math.Log(Ratios.Length) + LogShare;
            }
        }
    }
}

namespace Slipway.Releases.Evidence;

/// <summary>Logarithms of factorials and of what is made from them.</summary>
internal static class LogGamma
{
    private const double HalfLogTwoPi = 0.91893853320467274178;

    /// <summary>The natural logarithm of the gamma function of a number above 0, to about 14 digits: Stirling's series, shifted to where it is good.</summary>
    public static double Of(double x)
    {
        var shift = 0.0;
        for (; x < 10; x++)
            shift += Math.Log(x);
        var square = 1 / (x * x);
        var series = (1.0 / 12) - (square * ((1.0 / 360) - (square * ((1.0 / 1260) - (square * ((1.0 / 1680) - (square / 1188)))))));
        return ((x - 0.5) * Math.Log(x)) - x + HalfLogTwoPi + (series / x) - shift;
    }

    /// <summary>The logarithm of the number of ways to choose k of n.</summary>
    public static double Choose(double n, double k) => k <= 0 || k >= n ? 0 : Of(n + 1) - Of(k + 1) - Of(n - k + 1);

    /// <summary>The logarithm of the beta function.</summary>
    public static double Beta(double a, double b) => Of(a) + Of(b) - Of(a + b);
}

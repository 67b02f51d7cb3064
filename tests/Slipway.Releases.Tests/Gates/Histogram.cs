using System.Collections.Immutable;

namespace Slipway.Releases.Tests.Gates;

/// <summary>A histogram with the bounds 0.1, 0.25, 0.5, 1 and none.</summary>
internal static class Histogram
{
    /// <summary>So many jobs within 0.1 s, within 0.25 s, and within 1 s.</summary>
    public static ImmutableSortedDictionary<double, double> Of(double quick, double usual, double slow) => new Dictionary<double, double>
    {
        [0.1] = quick,
        [0.25] = quick + usual,
        [0.5] = quick + usual,
        [1] = quick + usual + slow,
        [double.PositiveInfinity] = quick + usual + slow,
    }.ToImmutableSortedDictionary();
}

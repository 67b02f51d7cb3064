using System.Runtime.InteropServices;

namespace Slipway.Releases.Evidence;

/// <summary>What a service did between two looks, over which the shares of the traffic stayed the same.</summary>
/// <param name="Requests">The candidate's requests.</param>
/// <param name="Errors">Those that failed.</param>
/// <param name="StableRequests">Stable's over the same time.</param>
/// <param name="StableErrors">Those that failed.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct ErrorBlock(long Requests, long Errors, long StableRequests, long StableErrors)
{
    /// <summary>Both together.</summary>
    public static ErrorBlock operator +(ErrorBlock one, ErrorBlock other) => new(
        one.Requests + other.Requests, one.Errors + other.Errors, one.StableRequests + other.StableRequests, one.StableErrors + other.StableErrors);

    /// <summary>Share of the candidate's requests that failed, 0 to 1; 0 without any.</summary>
    public double Ratio => Requests == 0 ? 0 : (double)Errors / Requests;

    /// <summary>Share of stable's requests that failed, 0 to 1; 0 without any.</summary>
    public double StableRatio => StableRequests == 0 ? 0 : (double)StableErrors / StableRequests;
}

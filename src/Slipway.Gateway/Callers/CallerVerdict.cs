using System.Runtime.InteropServices;

namespace Slipway.Gateway.Callers;

/// <summary>What is the matter with a request's proof.</summary>
internal enum CallerFault
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>It brings none.</summary>
    Missing,

    /// <summary>It is wrong, or of somebody nobody knows.</summary>
    Wrong,

    /// <summary>It was good once.</summary>
    Expired,

    /// <summary>It is good, but not for what was asked.</summary>
    Role,

    /// <summary>There is nothing to check it against at the moment.</summary>
    Unchecked,
}

/// <summary>What came of looking at a request's proof.</summary>
/// <param name="Caller">Who it is; null where there is a fault.</param>
/// <param name="Fault">What is the matter.</param>
/// <param name="Why">The same for the log; never a part of the proof.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct CallerVerdict(Caller? Caller, CallerFault Fault, string Why)
{
    /// <summary>It is somebody.</summary>
    public static CallerVerdict Of(Caller caller) => new(caller, CallerFault.None, "");

    /// <summary>It is nobody.</summary>
    public static CallerVerdict No(CallerFault fault, string why) => new(null, fault, why);
}

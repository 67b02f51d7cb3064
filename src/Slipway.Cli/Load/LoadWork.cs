using System.Runtime.InteropServices;

namespace Slipway.Cli.Load;

/// <summary>A request that has fallen due.</summary>
/// <param name="Number">Its number, from 0.</param>
/// <param name="Request">The index of its kind in the plan.</param>
/// <param name="DueAt">When it fell due, as a timestamp of the stopwatch.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct LoadWork(long Number, int Request, long DueAt);

/// <summary>How a request ended.</summary>
/// <param name="Outcome">The way.</param>
/// <param name="Status">The answer's status; 0 without one.</param>
/// <param name="Release">The release that answered; null when unknown.</param>
/// <param name="Detail">What went wrong; null when the outcome says it all.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct LoadEnd(LoadOutcome Outcome, int Status, string? Release, string? Detail);

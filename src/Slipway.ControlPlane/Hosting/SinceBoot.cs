using System.Diagnostics;

namespace Slipway.ControlPlane.Hosting;

/// <summary>The time since this machine started, which nobody can set.</summary>
internal static class SinceBoot
{
    // clock_gettime(2): unlike the monotonic clock, this one goes on while the machine sleeps.
    private const int BootTime = 7;

    /// <summary>The time that has passed, sleep of the machine included where the kernel tells it (Linux).</summary>
    public static TimeSpan Passed()
    {
        if (OperatingSystem.IsLinux() && Environment.Is64BitProcess && NativeMethods.ReadClock(BootTime, out var time) == 0)
            return TimeSpan.FromSeconds(time.Seconds) + TimeSpan.FromTicks(time.Nanoseconds / TimeSpan.NanosecondsPerTick);
        return Stopwatch.GetElapsedTime(0);
    }
}

using System.Diagnostics;
using System.Globalization;

namespace Slipway.ControlPlane.Hosting;

/// <summary>
/// Ends a control plane of this home that was paused in the middle of a write to something that both share, so that it would keep
/// everybody else out for as long as it is paused.
/// </summary>
internal static class PausedHolder
{
    /// <summary>Kills the process whose lock the home has, if it certainly is one that holds this home's lock file open.</summary>
    /// <returns>Whether it was killed.</returns>
    public static bool End(Home home) => HomeLock.ReadHolder(home.Lock) is { } id && End(home, id);

    /// <summary>As above, for a process whose lock may have been replaced already.</summary>
    public static bool End(Home home, int id)
    {
        if (id == Environment.ProcessId || !HoldsLock(home, id))
            return false;
        try
        {
            using var process = Process.GetProcessById(id);
            process.Kill();
            return process.WaitForExit(TimeSpan.FromSeconds(2));
        }
        catch (Exception fault) when (fault is ArgumentException or InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }

    // A number may have passed to a stranger, or be that of another machine; only a control plane of this home has its lock open.
    private static bool HoldsLock(Home home, int id)
    {
        try
        {
            return Directory.EnumerateFiles(string.Create(CultureInfo.InvariantCulture, $"/proc/{id}/fd"))
                .Any(file => new FileInfo(file).LinkTarget?.StartsWith(home.Lock, StringComparison.Ordinal) == true);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}

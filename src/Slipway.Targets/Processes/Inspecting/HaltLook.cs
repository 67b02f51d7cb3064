using Slipway.Targets.Processes.Spawning;

namespace Slipway.Targets.Processes.Inspecting;

/// <summary>Looks whether a process is kept from running.</summary>
internal static class HaltLook
{
    /// <summary>What keeps it; null when nothing does.</summary>
    /// <param name="process">The process.</param>
    /// <param name="root">Where the control groups are mounted.</param>
    public static string? Take(ProcessIdentity process, string root = "/sys/fs/cgroup")
    {
        if (ProcessRow.Read(process.Pid) is not { IsZombie: false } row || row.StartTicks != process.StartTicks)
            return null;
        if (row.IsHalted)
            return "stopped by a signal or a debugger";
        return new ProcessFolder(process.Pid).ControlGroups.Any(line => IsFrozen(line, root)) ? "frozen by its control group" : null;
    }

    private static bool IsFrozen(string membership, string root)
    {
        if (membership.Split(':', 3) is not [_, var controllers, var path])
            return false;
        return controllers switch
        {
            "freezer" => Says(Join(root, "freezer", path, "freezer.state"), "FROZEN"),
            "" => Says(Join(root, "", path, "cgroup.events"), "frozen 1") || Says(Join(root, "unified", path, "cgroup.events"), "frozen 1"),
            _ => false,
        };
    }

    private static string Join(string root, string kind, string path, string file) => Path.Combine(root, kind, path.TrimStart('/'), file);

    private static bool Says(string file, string line)
    {
        try
        {
            return File.Exists(file) && File.ReadAllLines(file).Contains(line, StringComparer.Ordinal);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}

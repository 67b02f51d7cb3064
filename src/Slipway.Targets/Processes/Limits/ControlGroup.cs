using System.Collections.Immutable;
using System.Globalization;
using Slipway.Targets.Processes.Spawning;

namespace Slipway.Targets.Processes.Limits;

/// <summary>The control groups of one instance: one folder with version 2, one for each kind of limit with version 1.</summary>
/// <param name="Folders">The folders.</param>
internal sealed record ControlGroup(ImmutableArray<string> Folders)
{
    // The shell enters the groups and then becomes the program, which so never runs a moment outside its limits. What is to
    // be run is handed over as arguments, never as text of the script.
    private const string EnterScript =
        "while [ \"$1\" != -- ]; do echo $$ > \"$1\" || exit 126; shift; done; shift; exec \"$@\"";

    /// <summary>The same request, made to enter the groups first.</summary>
    public SpawnRequest Enter(SpawnRequest request)
        => request with
        {
            Program = "/bin/sh",
            Arguments =
            [
                "-c", EnterScript, "slipway", .. Folders.Select(folder => Path.Combine(folder, "cgroup.procs")), "--", request.Program, .. request.Arguments,
            ],
        };

    /// <summary>The processes in the groups.</summary>
    public IReadOnlyList<int> Members()
    {
        var members = new HashSet<int>();
        foreach (var folder in Folders)
        {
            members.UnionWith(Members(folder));
        }
        return [.. members];
    }

    /// <summary>Memory in use without what the kernel could drop at once (caches of files), in bytes; null when it is not counted.</summary>
    public long? MemoryBytes()
    {
        foreach (var folder in Folders)
        {
            var used = Number(folder, "memory.current") ?? Number(folder, "memory.usage_in_bytes");
            if (used is { } bytes)
                return Math.Max(0, bytes - (Keyed(folder, "memory.stat", "total_inactive_file") ?? Keyed(folder, "memory.stat", "inactive_file") ?? 0));
        }
        return null;
    }

    /// <summary>How often the kernel has killed a process for want of memory.</summary>
    public long MemoryKills()
    {
        foreach (var folder in Folders)
        {
            if ((Keyed(folder, "memory.events", "oom_kill") ?? Keyed(folder, "memory.oom_control", "oom_kill")) is { } kills)
                return kills;
        }
        return 0;
    }

    /// <summary>Removes the groups, once nothing runs in them; false when something still does.</summary>
    public bool TryRemove()
    {
        var removed = true;
        foreach (var folder in Folders)
        {
            try
            {
                if (Directory.Exists(folder))
                    Directory.Delete(folder);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                removed = false;
            }
        }
        return removed;
    }

    /// <summary>The processes in one of the groups.</summary>
    public IEnumerable<int> Members(string folder)
        => Lines(folder, "cgroup.procs").Select(line => int.TryParse(line, out var pid) ? pid : 0).Where(pid => pid > 0);

    /// <summary>The groups that a process is not in, nor in one below.</summary>
    /// <param name="memberships">Its groups, as <c>/proc/PID/cgroup</c> tells them.</param>
    public IEnumerable<string> LeftBy(IReadOnlyList<string> memberships)
        => Folders.Where(folder => !memberships.Any(line => IsWithin(line, folder)));

    /// <summary>Whether arguments are those of the script that is about to enter groups: its process is no program yet.</summary>
    public static bool IsEntering(ReadOnlySpan<string> arguments)
        => arguments is ["/bin/sh", "-c", EnterScript, ..];

    private static bool IsWithin(string membership, string folder)
    {
        if (membership.Split(':', 3) is not [_, var controllers, var path])
            return false;
        var isKind = controllers.Split(',').Any(controller => controller.Length == 0 ? IsUnified(folder) : folder.Contains($"/{controller}", StringComparison.Ordinal));
        return isKind && $"{path}/".Contains($"/{Path.GetFileName(folder)}/", StringComparison.Ordinal);
    }

    private static bool IsUnified(string folder) => File.Exists(Path.Combine(folder, "cgroup.controllers")) || !Directory.Exists(folder);

    private static long? Number(string folder, string file)
    {
        foreach (var line in Lines(folder, file))
            return long.TryParse(line, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
        return null;
    }

    private static long? Keyed(string folder, string file, string key)
    {
        foreach (var line in Lines(folder, file))
        {
            if (line.Length > key.Length && line[key.Length] == ' ' && line.StartsWith(key, StringComparison.Ordinal))
                return long.TryParse(line.AsSpan(key.Length + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
        }
        return null;
    }

    private static string[] Lines(string folder, string file)
    {
        try
        {
            return File.ReadAllLines(Path.Combine(folder, file));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}

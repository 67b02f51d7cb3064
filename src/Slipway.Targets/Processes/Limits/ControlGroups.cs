using System.Collections.Immutable;
using Slipway.Core.Manifests;

namespace Slipway.Targets.Processes.Limits;

/// <summary>
/// The control groups of this machine (cgroups(7)), version 2 or 1, below the group that the control plane itself is in, so
/// that whatever limits it also limits what it runs.
/// </summary>
internal sealed class ControlGroups
{
    /// <summary>How long the time is that a share of processor time is counted in.</summary>
    public const int PeriodMicroseconds = 100_000;

    private readonly string? _unified;
    private readonly string? _memory;
    private readonly string? _cpu;

    private ControlGroups(string? unified, string? memory, string? cpu, string? missing)
    {
        _unified = unified;
        _memory = memory;
        _cpu = cpu;
        Missing = missing;
    }

    /// <summary>Why limits, or some of them, cannot be enforced; null when all can.</summary>
    public string? Missing { get; }

    /// <summary>Finds out what is allowed.</summary>
    /// <param name="root">Where the control groups are mounted.</param>
    /// <param name="own">What <c>/proc/self/cgroup</c> says.</param>
    public static ControlGroups Detect(string root = "/sys/fs/cgroup", string? own = null)
    {
        if (!OperatingSystem.IsLinux())
            return new(null, null, null, "This operating system has no control groups: memory and CPU limits are not enforced.");
        own ??= File.ReadAllText("/proc/self/cgroup");
        if (File.Exists(Path.Combine(root, "cgroup.controllers")))
        {
            var group = Join(root, OwnPath(own, "0::"));
            return Delegated(group) is { } missing ? new(null, null, null, missing) : new(group, null, null, null);
        }
        var memory = Usable(Join(Path.Combine(root, "memory"), OwnPath(own, ":memory:")), "memory.limit_in_bytes");
        var cpu = Usable(Join(Path.Combine(root, "cpu"), OwnPath(own, ":cpu:") ?? OwnPath(own, ":cpu,cpuacct:")), "cpu.cfs_quota_us");
        var lacking = (memory, cpu) switch
        {
            (null, null) => "Memory and CPU limits are",
            (null, _) => "The memory limit is",
            (_, null) => "The CPU limit is",
            _ => null,
        };
        return new(null, memory, cpu, lacking is null ? null : $"{lacking} not enforced: the control plane may not make control groups here. Run it as root, or delegate a group to it.");
    }

    /// <summary>Makes the groups for an instance; none when it has no limits or nothing is allowed.</summary>
    /// <param name="name">A name for them.</param>
    /// <param name="resources">What it may use.</param>
    public ControlGroup? Create(string name, Resources resources)
    {
        if (resources is { MemoryBytes: null, CpuCores: null })
            return null;
        var folders = ImmutableArray.CreateBuilder<string>();
        if (_unified is not null)
        {
            folders.Add(Made(_unified, name));
            if (resources.MemoryBytes is { } memory)
                Write(folders[0], "memory.max", memory.ToString());
            if (resources.CpuCores is { } cores)
                Write(folders[0], "cpu.max", $"{Quota(cores)} {PeriodMicroseconds}");
        }
        if (_memory is not null && resources.MemoryBytes is { } limit)
        {
            var folder = Made(_memory, name);
            folders.Add(folder);
            LimitMemory(folder, limit);
        }
        if (_cpu is not null && resources.CpuCores is { } share)
        {
            var folder = Made(_cpu, name);
            folders.Add(folder);
            Write(folder, "cpu.cfs_period_us", PeriodMicroseconds.ToString());
            Write(folder, "cpu.cfs_quota_us", Quota(share).ToString());
        }
        return folders.Count == 0 ? null : new(folders.ToImmutable());
    }

    /// <summary>
    /// Sets the limits of an instance's groups again, makes those again that have gone, and brings its processes back into
    /// them. What has ended meanwhile is left out.
    /// </summary>
    /// <param name="group">The groups.</param>
    /// <param name="resources">What the instance may use.</param>
    /// <param name="processes">Its processes.</param>
    /// <exception cref="IOException">The kernel refuses, such as a limit below what is in use.</exception>
    /// <exception cref="UnauthorizedAccessException">Nor may we.</exception>
    public static void Renew(ControlGroup group, Resources resources, IReadOnlyList<int> processes)
    {
        foreach (var folder in group.Folders)
        {
            Directory.CreateDirectory(folder);
            if (GroupLimit.Differing(folder, resources).Any())
                Set(folder, resources);
            foreach (var process in processes.Except(group.Members(folder)))
            {
                try
                {
                    Write(folder, "cgroup.procs", process.ToString());
                }
                catch (IOException) when (Spawning.ProcessRow.Read(process) is null or { IsZombie: true })
                {
                    // It has ended since it was counted.
                }
            }
        }
    }

    private static void Set(string folder, Resources resources)
    {
        if (File.Exists(Path.Combine(folder, "memory.max")))
        {
            Write(folder, "memory.max", resources.MemoryBytes?.ToString() ?? "max");
            Write(folder, "memory.high", "max");
            if (File.Exists(Path.Combine(folder, "memory.swap.max")))
                Write(folder, "memory.swap.max", "max");
        }
        if (File.Exists(Path.Combine(folder, "cpu.max")))
            Write(folder, "cpu.max", resources.CpuCores is { } cores ? $"{Quota(cores)} {PeriodMicroseconds}" : "max");
        if (File.Exists(Path.Combine(folder, "memory.limit_in_bytes")) && resources.MemoryBytes is { } limit)
            LimitMemory(folder, limit);
        if (File.Exists(Path.Combine(folder, "cpu.cfs_quota_us")) && resources.CpuCores is { } share)
        {
            // A quota may not be longer than what a shorter period allows: no limit for the instant between.
            Write(folder, "cpu.cfs_quota_us", "-1");
            Write(folder, "cpu.cfs_period_us", PeriodMicroseconds.ToString());
            Write(folder, "cpu.cfs_quota_us", Quota(share).ToString());
        }
    }

    /// <summary>The most processor time in a period, in microseconds.</summary>
    public static long Quota(double cores) => Math.Max(1000, (long)(cores * PeriodMicroseconds));

    private static void LimitMemory(string folder, long bytes)
    {
        // With swap counted in, the two limits must be set in the order that never puts the first above the second.
        var both = Path.Combine(folder, "memory.memsw.limit_in_bytes");
        var raise = long.TryParse(File.ReadAllText(Path.Combine(folder, "memory.limit_in_bytes")), out var before) && before < bytes;
        if (raise && File.Exists(both))
            File.WriteAllText(both, bytes.ToString());
        Write(folder, "memory.limit_in_bytes", bytes.ToString());
        if (!raise && File.Exists(both))
            File.WriteAllText(both, bytes.ToString());
    }

    private static string Made(string parent, string name)
    {
        var folder = Path.Combine(parent, name);
        Directory.CreateDirectory(folder);
        return folder;
    }

    private static void Write(string folder, string file, string value) => File.WriteAllText(Path.Combine(folder, file), value);

    private static string? OwnPath(string own, string marker)
    {
        foreach (var line in own.Split('\n'))
        {
            var at = line.IndexOf(marker, StringComparison.Ordinal);
            if (at >= 0 && (marker[0] == ':' || at == 0))
                return line[(at + marker.Length)..];
        }
        return null;
    }

    private static string Join(string root, string? path) => Path.Combine(root, (path ?? "").TrimStart('/'));

    /// <summary>A version 1 group in which children with this limit can be made; null otherwise.</summary>
    private static string? Usable(string parent, string limit)
    {
        if (!Directory.Exists(parent))
            return null;
        var trial = Path.Combine(parent, $"slipway-trial-{Guid.NewGuid():N}");
        try
        {
            Directory.CreateDirectory(trial);
            var usable = File.Exists(Path.Combine(trial, limit));
            Directory.Delete(trial);
            return usable ? parent : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Lets the children of a version 2 group have limits; null when that worked, else why not.</summary>
    private static string? Delegated(string group)
    {
        const string Wanted = "+memory +cpu";
        var control = Path.Combine(group, "cgroup.subtree_control");
        try
        {
            if (Has(control))
                return null;
            // A group either holds processes or hands out limits: the control plane steps down into a child of its own.
            if (File.Exists(Path.Combine(group, "cgroup.type")))
                File.WriteAllText(Path.Combine(Made(group, "slipway-control"), "cgroup.procs"), Environment.ProcessId.ToString());
            File.WriteAllText(control, Wanted);
            return Has(control) ? null : "Memory and CPU limits are not enforced: the kernel does not offer them here.";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return $"Memory and CPU limits are not enforced: {group} is not delegated to the control plane ({e.Message.TrimEnd('.')}). Run it as a systemd service with Delegate=yes.";
        }
    }

    private static bool Has(string control)
    {
        var words = File.ReadAllText(control).Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries);
        return words.Contains("memory") && words.Contains("cpu");
    }
}

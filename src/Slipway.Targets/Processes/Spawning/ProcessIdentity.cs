namespace Slipway.Targets.Processes.Spawning;

/// <summary>Which process is meant: a number alone is used again after its process has gone.</summary>
/// <param name="Pid">Its number; also that of its group and session, since it was started as their leader.</param>
/// <param name="StartTicks">When it was started, in the kernel's ticks since the machine started; 0 where nobody tells.</param>
/// <param name="Boot">Which start of the machine that was; empty where nobody tells.</param>
internal sealed record ProcessIdentity(int Pid, long StartTicks, string Boot)
{
    private static readonly Lazy<string> s_boot = new(ReadBoot);

    /// <summary>The present start of the machine.</summary>
    public static string CurrentBoot => s_boot.Value;

    /// <summary>Whether the process runs now: a zombie does not, nor does another one with the same number.</summary>
    public bool IsAlive
        => string.Equals(Boot, CurrentBoot, StringComparison.Ordinal) && ProcessRow.Read(Pid) is { IsZombie: false } row && row.StartTicks == StartTicks;

    /// <summary>The identity of a process that exists.</summary>
    public static ProcessIdentity Of(int pid) => new(pid, ProcessRow.Read(pid)?.StartTicks ?? 0, CurrentBoot);

    private static string ReadBoot()
    {
        const string Path = "/proc/sys/kernel/random/boot_id";
        return File.Exists(Path) ? File.ReadAllText(Path).Trim() : "";
    }
}

using System.Buffers.Text;
using System.Diagnostics;

namespace Slipway.Targets.Processes.Spawning;

/// <summary>A process as <c>/proc/PID/stat</c> tells it (proc(5)).</summary>
/// <param name="Pid">Its number.</param>
/// <param name="Parent">Its parent's.</param>
/// <param name="Group">Its group's.</param>
/// <param name="Session">Its session's.</param>
/// <param name="IsZombie">Whether it has ended and waits to be reaped.</param>
/// <param name="StartTicks">When it started.</param>
/// <param name="CpuTicks">Processor time it has used, in ticks of 10 ms.</param>
/// <param name="ResidentPages">Memory it holds, in pages, those shared with others included.</param>
/// <param name="HasTerminal">Whether it belongs to somebody's terminal.</param>
/// <param name="IsHalted">Whether it was stopped by a signal, or by a debugger.</param>
/// <param name="StackStart">Where the stack of its program begins: another place after every <c>exec</c>; 0 where nobody tells.</param>
internal sealed record ProcessRow(
    int Pid, int Parent, int Group, int Session, bool IsZombie, long StartTicks, long CpuTicks, long ResidentPages, bool HasTerminal, bool IsHalted, long StackStart)
{
    private const int FieldsRead = 26;

    /// <summary>Ticks of processor time in a second; Linux shows 100 to programs on every machine of ours.</summary>
    public const int TicksPerSecond = 100;

    /// <summary>One process; null when there is none.</summary>
    public static ProcessRow? Read(int pid)
        => OperatingSystem.IsLinux() ? ReadStat(pid) : ReadElsewhere(pid);

    /// <summary>All processes; empty where nobody tells.</summary>
    public static List<ProcessRow> ReadAll()
    {
        var rows = new List<ProcessRow>();
        if (!OperatingSystem.IsLinux())
            return rows;
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(folder.AsSpan("/proc/".Length), out var pid) && ReadStat(pid) is { } row)
                rows.Add(row);
        }
        return rows;
    }

    /// <summary>
    /// Whether a variable of the environment that a process was started with has this value; false when nobody may know. Null when it
    /// has no variable at all, as every process has none for a moment while it becomes another program.
    /// </summary>
    public static bool? HasVariable(int pid, string nameAndValue)
    {
        try
        {
            var text = File.ReadAllText($"/proc/{pid}/environ");
            return text.Length == 0 ? null : text.Split('\0').Contains(nameAndValue, StringComparer.Ordinal);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static ProcessRow? ReadStat(int pid)
    {
        Span<byte> buffer = stackalloc byte[1024];
        int length;
        try
        {
            using var file = File.OpenHandle($"/proc/{pid}/stat");
            length = RandomAccess.Read(file, buffer, 0);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
        // The name stands in parentheses and may hold anything; the fields follow its last one.
        var text = buffer[..length];
        var end = text.LastIndexOf((byte)')');
        return end < 0 ? null : Parse(pid, text[(end + 2)..]);
    }

    private static ProcessRow? Parse(int pid, ReadOnlySpan<byte> text)
    {
        if (text.IsEmpty)
            return null;
        var state = text[0];
        Span<long> fields = stackalloc long[FieldsRead];
        var count = 0;
        foreach (var range in text.Split((byte)' '))
        {
            if (count == fields.Length)
                break;
            fields[count++] = Utf8Parser.TryParse(text[range], out long number, out _) ? number : 0;
        }
        // Field 3 of the manual page is index 0 here.
        return count < fields.Length
            ? null
            : new(
                pid, (int)fields[1], (int)fields[2], (int)fields[3], state is (byte)'Z' or (byte)'X', fields[19], fields[11] + fields[12], fields[21], fields[4] != 0, state is (byte)'T' or (byte)'t', fields[25]);
    }

    private static ProcessRow? ReadElsewhere(int pid)
    {
        try
        {
            using var process = Process.GetProcessById(pid);
            return process.HasExited
                ? null
                : new(pid, 0, pid, pid, false, process.StartTime.ToUniversalTime().Ticks, (long)(process.TotalProcessorTime.TotalSeconds * TicksPerSecond), process.WorkingSet64 / System.Environment.SystemPageSize, false, false, 0);
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }
}

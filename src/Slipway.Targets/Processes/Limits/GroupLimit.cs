using System.Globalization;
using System.Text;
using Slipway.Core.Manifests;

namespace Slipway.Targets.Processes.Limits;

/// <summary>A limit of a control group that is other than it was set.</summary>
/// <param name="Subject">Which, such as <c>memory limit</c>.</param>
/// <param name="Declared">How it was set, for people.</param>
/// <param name="Found">How it is, for people.</param>
internal sealed record GroupLimit(string Subject, string Declared, string Found)
{
    // The kernel says "as much as can be counted" for no limit, rounded down to pages.
    private const long UnlimitedFrom = long.MaxValue / 2;

    /// <summary>All limits of one folder that differ, version 1 or 2. A file that cannot be read tells nothing.</summary>
    /// <param name="folder">The folder of a control group.</param>
    /// <param name="resources">What was set.</param>
    public static IEnumerable<GroupLimit> Differing(string folder, Resources resources)
        => new[]
        {
            Memory(folder, "memory.max", "memory limit", resources.MemoryBytes),
            Memory(folder, "memory.high", "memory throttle", null),
            Memory(folder, "memory.swap.max", "swap limit", null),
            Memory(folder, "memory.limit_in_bytes", "memory limit", resources.MemoryBytes),
            Memory(folder, "memory.memsw.limit_in_bytes", "memory and swap limit", resources.MemoryBytes),
            Processor(Text(folder, "cpu.max"), resources.CpuCores),
            Processor($"{Text(folder, "cpu.cfs_quota_us")} {Text(folder, "cpu.cfs_period_us")}", resources.CpuCores),
        }.OfType<GroupLimit>();

    /// <summary>What was set, in short.</summary>
    public static string Describe(Resources resources)
    {
        var text = new StringBuilder();
        if (resources.MemoryBytes is { } bytes)
            text.Append(Bytes(bytes));
        if (resources.CpuCores is { } cores)
            text.Append(text.Length > 0 ? ", " : "").Append($"{cores:0.###} cores");
        return text.ToString();
    }

    private static GroupLimit? Memory(string folder, string file, string subject, long? declared)
    {
        if (Number(Text(folder, file)) is not { } found)
            return null;
        return Pages(declared ?? long.MaxValue) == Pages(found) ? null : new(subject, Bytes(declared), Bytes(found));
    }

    private static GroupLimit? Processor(string? text, double? cores)
    {
        if (text?.Split(' ') is not [var first, var second] || Number(first) is not { } quota || Number(second) is not { } period)
            return null;
        var (wanted, every) = (cores is { } share ? ControlGroups.Quota(share) : long.MaxValue, ControlGroups.PeriodMicroseconds);
        // The period of no limit limits nothing.
        return wanted == quota && (every == period || cores is null) ? null : new("CPU limit", Time(wanted, every), Time(quota, period));
    }

    private static long Pages(long bytes) => bytes >= UnlimitedFrom ? long.MaxValue : bytes / Environment.SystemPageSize;

    /// <summary>A number of the kernel's; the highest for none at all, null when it is no number.</summary>
    private static long? Number(string? text) => text switch
    {
        "max" or "-1" => long.MaxValue,
        _ => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null,
    };

    private static string? Text(string folder, string file)
    {
        try
        {
            var path = Path.Combine(folder, file);
            return File.Exists(path) ? File.ReadAllText(path).Trim() : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static string Bytes(long? bytes) => bytes switch
    {
        null or >= UnlimitedFrom => "none",
        { } some when some % (1024 * 1024) == 0 => $"{some / (1024 * 1024)} MiB",
        _ => $"{bytes} bytes",
    };

    private static string Time(long quota, long period)
        => quota == long.MaxValue ? "none" : $"{quota / 1000.0:0.###} ms of every {period / 1000.0:0.###} ms";
}

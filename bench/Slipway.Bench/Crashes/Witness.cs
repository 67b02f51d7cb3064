using System.Text;
using System.Text.Json;

namespace Slipway.Bench.Crashes;

/// <summary>Looks at a home's processes by itself, without asking Slipway: what bears the home's mark, and what the records on disk tell of.</summary>
internal static class Witness
{
    /// <summary>What is wrong with the processes of a home at rest; null when nothing is.</summary>
    /// <param name="home">The home.</param>
    /// <param name="expected">How many instances there must be.</param>
    public static string? Wrong(string home, int expected)
    {
        var (instances, gateways) = Processes(home);
        var recorded = Recorded(home);
        if (instances.GroupBy(one => one.Folder).FirstOrDefault(group => group.Count() > 1) is { } twice)
            return $"double: {twice.Count()} processes of {Path.GetFileName(Path.GetDirectoryName(twice.Key))}";
        if (instances.FirstOrDefault(one => !recorded.Contains(one.Process)) is { Process: > 0 } orphan)
            return $"orphan: process {orphan.Process} of {orphan.Folder} is in no record";
        if (gateways.Count != 1)
            return $"double: {gateways.Count} gateways";
        return instances.Count == expected ? null : $"capacity: {instances.Count} instances instead of {expected}";
    }

    private static (List<(int Process, string Folder)> Instances, List<int> Gateways) Processes(string home)
    {
        var (instances, gateways) = (new List<(int, string)>(), new List<int>());
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(folder), out var id) || Read(folder, "cmdline") is not { Length: > 0 } command)
                continue;
            if (command.Contains("slipway-gateway", StringComparison.Ordinal) && command.Contains(home, StringComparison.Ordinal))
                gateways.Add(id);
            else if (Variable(Read(folder, "environ"), "SLIPWAY_WORK") is { } work && work.StartsWith(home, StringComparison.Ordinal))
                instances.Add((id, work));
        }
        return (instances, gateways);
    }

    private static HashSet<int> Recorded(string home)
    {
        var ids = new HashSet<int>();
        foreach (var file in Directory.EnumerateFiles(Path.Combine(home, "environments"), "instance.json", SearchOption.AllDirectories))
        {
            try
            {
                using var record = JsonDocument.Parse(File.ReadAllBytes(file));
                if (record.RootElement.TryGetProperty("process", out var process) && process.ValueKind == JsonValueKind.Object)
                    ids.Add(process.GetProperty("pid").GetInt32());
            }
            catch (Exception fault) when (fault is IOException or JsonException)
            {
                // It went away while we looked.
            }
        }
        return ids;
    }

    private static string? Variable(string? environ, string name)
        => environ?.Split('\0').FirstOrDefault(one => one.StartsWith(name + "=", StringComparison.Ordinal))?[(name.Length + 1)..];

    private static string? Read(string folder, string file)
    {
        try
        {
            return Encoding.UTF8.GetString(File.ReadAllBytes(Path.Combine(folder, file)));
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}

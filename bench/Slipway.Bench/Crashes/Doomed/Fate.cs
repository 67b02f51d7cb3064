using System.Diagnostics;

namespace Slipway.Bench.Crashes.Doomed;

/// <summary>
/// Where a control plane of a measurement dies: before or after the k-th of one kind of write or effect, by a SIGKILL to itself. It is
/// written into a file by whoever measures; while there is none, nothing happens. Every place that is passed is written down.
/// </summary>
internal sealed class Fate(string home)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, int> _passed = [];
    private readonly string _folder = Folder(home);
    private string? _place;

    /// <summary>The place that kills, such as <c>before table 2</c>; an empty one never comes.</summary>
    public static void Write(string home, string place)
    {
        Forget(home);
        File.WriteAllText(Place(Folder(home)), place);
    }

    /// <summary>Lets live whoever comes next.</summary>
    public static void Forget(string home)
    {
        var folder = Folder(home);
        foreach (var file in (string[])[Place(folder), Passed(folder), Death(folder)])
            File.Delete(file);
    }

    /// <summary>The places that were passed, in their order.</summary>
    public static string[] PassedOf(string home) => File.Exists(Passed(Folder(home))) ? File.ReadAllLines(Passed(Folder(home))) : [];

    /// <summary>The place of the death; null while it has not come.</summary>
    public static string? DeathOf(string home) => File.Exists(Death(Folder(home))) ? File.ReadAllText(Death(Folder(home))) : null;

    /// <summary>Does something that is written or has an effect.</summary>
    public void Around(string what, Action action)
    {
        Pass($"before {what}");
        action();
        Pass($"after {what}");
    }

    /// <summary>Does something that is written or has an effect.</summary>
    public async Task Around(string what, Func<Task> action)
    {
        Pass($"before {what}");
        await action();
        Pass($"after {what}");
    }

    private void Pass(string place)
    {
        lock (_lock)
        {
            if (_place is null && !File.Exists(Place(_folder)))
                return;
            _place ??= File.ReadAllText(Place(_folder));
            var count = _passed[place] = _passed.GetValueOrDefault(place) + 1;
            File.AppendAllText(Passed(_folder), $"{place} {count}{Environment.NewLine}");
            if (_place != $"{place} {count}")
                return;
            File.WriteAllText(Death(_folder), _place);
            using var me = Process.GetCurrentProcess();
            me.Kill();
        }
    }

    private static string Folder(string home) => Path.GetDirectoryName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(home)))!;

    private static string Place(string folder) => Path.Combine(folder, "fate");

    private static string Passed(string folder) => Path.Combine(folder, "fate.passed");

    private static string Death(string folder) => Path.Combine(folder, "fate.death");
}

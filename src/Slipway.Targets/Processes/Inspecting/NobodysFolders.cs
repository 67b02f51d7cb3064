using System.Collections.Immutable;
using Slipway.Targets.Processes.Instances;

namespace Slipway.Targets.Processes.Inspecting;

/// <summary>Finds folders of instances that nobody knows: no runner has them, and no record says that they have ended.</summary>
internal static class NobodysFolders
{
    /// <summary>Those of this moment; one that is being deleted is seen once at most.</summary>
    /// <param name="environment">The environment.</param>
    /// <param name="root">The folder of its instances.</param>
    public static ImmutableArray<InstanceFolder> Of(ProcessEnvironment environment, string root)
    {
        if (!Directory.Exists(root))
            return [];
        var folders = Directory.EnumerateDirectories(root).Select(path => new InstanceFolder(path)).Where(folder => !IsEnded(folder)).ToList();
        // Asked after the folders: one that is made is known by the time that this answers.
        var known = environment.Runners.Select(runner => runner.Folder.Path).ToHashSet(StringComparer.Ordinal);
        return [.. folders.Where(folder => !known.Contains(folder.Path) && !IsEnded(folder))];
    }

    private static bool IsEnded(InstanceFolder folder)
    {
        try
        {
            return folder.Load()?.EndedAt is not null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}

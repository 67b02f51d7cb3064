namespace Slipway.Cli.Demonstration;

/// <summary>
/// What the demo built, kept for the next demo in the user's own data folder. Artefacts are named by their content and
/// checked before use, so a stale or damaged one is built again.
/// </summary>
internal static class DemoArtefacts
{
    /// <summary>Where they are kept; null where the user has no such folder.</summary>
    public static string? Folder
    {
        get
        {
            var data = System.Environment.GetFolderPath(System.Environment.SpecialFolder.LocalApplicationData, System.Environment.SpecialFolderOption.DoNotVerify);
            return data.Length == 0 ? null : Path.Combine(data, "slipway", "demo", "artefacts");
        }
    }

    /// <summary>Gives a new home what the last demo built.</summary>
    public static void Restore(string home)
    {
        if (Folder is { } kept && Directory.Exists(kept))
            Copy(kept, Path.Combine(home, "artefacts"));
    }

    /// <summary>Keeps what this demo's releases are made of, and nothing else.</summary>
    public static void Keep(string home, IReadOnlySet<string> digests)
    {
        if (Folder is not { } kept || digests.Count == 0)
            return;
        var beside = kept + ".new";
        Remove(beside);
        foreach (var digest in digests)
            Copy(Path.Combine(home, "artefacts", digest), Path.Combine(beside, digest));
        Remove(kept);
        Directory.Move(beside, kept);
    }

    private static void Copy(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (var file in Directory.EnumerateFiles(from))
            File.Copy(file, Path.Combine(to, Path.GetFileName(file)), overwrite: true);
        foreach (var folder in Directory.EnumerateDirectories(from))
            Copy(folder, Path.Combine(to, Path.GetFileName(folder)));
    }

    private static void Remove(string folder)
    {
        if (Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
    }
}

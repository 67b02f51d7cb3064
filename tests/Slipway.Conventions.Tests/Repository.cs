using System.Runtime.CompilerServices;

namespace Slipway.Conventions.Tests;

/// <summary>The files of this repository, as its authors wrote them: nothing built, nothing fetched.</summary>
internal static class Repository
{
    private static readonly string[] LeftOut = ["bin", "obj", "out", "artifacts", "node_modules", ".git", ".slipway", ".vs", ".idea"];

    public static string Root { get; } = FindRoot();

    public static IEnumerable<string> Files(string folder, params string[] endings)
        => Walk(Path.Combine(Root, folder)).Where(file => endings.Length == 0 || endings.Any(file.EndsWith));

    public static string Relative(string file) => Path.GetRelativePath(Root, file).Replace('\\', '/');

    private static IEnumerable<string> Walk(string folder)
    {
        foreach (var file in Directory.EnumerateFiles(folder))
            yield return file;
        foreach (var inner in Directory.EnumerateDirectories(folder))
        {
            if (LeftOut.Contains(Path.GetFileName(inner)))
                continue;
            foreach (var file in Walk(inner))
                yield return file;
        }
    }

    private static string FindRoot([CallerFilePath] string path = "")
    {
        var folder = Path.GetDirectoryName(path);
        while (folder is not null && !File.Exists(Path.Combine(folder, "Slipway.slnx")))
            folder = Path.GetDirectoryName(folder);
        return folder ?? throw new InvalidOperationException("These tests read the repository that they were built from.");
    }
}

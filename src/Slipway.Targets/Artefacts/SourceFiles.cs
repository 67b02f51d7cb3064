using System.Collections.Immutable;

namespace Slipway.Targets.Artefacts;

/// <summary>Lists the files that decide whether a build is needed.</summary>
internal static class SourceFiles
{
    private static readonly ImmutableHashSet<string> s_madeByTools =
        ImmutableHashSet.Create(StringComparer.Ordinal, ".git", "bin", "obj", "node_modules", ".slipway", "out", "artifacts");

    /// <summary>The files, as paths relative to the folder with <c>/</c>, sorted by their bytes.</summary>
    /// <param name="folder">The manifest's folder.</param>
    /// <param name="inputs">Files, folders or patterns; empty for all.</param>
    /// <param name="home">The home folder, which is no input though it may lie in the manifest's.</param>
    /// <param name="cancellation">Cancels.</param>
    /// <exception cref="InputException">An input leads out of the folder, or is missing.</exception>
    public static async Task<ImmutableArray<string>> List(string folder, ImmutableArray<string> inputs, string home, CancellationToken cancellation)
    {
        var own = Path.GetRelativePath(folder, home).Replace('\\', '/') + "/";
        var all = (await Candidates(folder, cancellation)).FindAll(file => !file.StartsWith(own, StringComparison.Ordinal));
        var chosen = inputs.IsEmpty ? all : Choose(folder, inputs, all);
        var files = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var file in chosen)
        {
            Check(folder, file);
            files.Add(file);
        }
        return [.. files];
    }

    /// <summary>What git tracks or does not ignore; without git all but what tools make.</summary>
    private static async Task<List<string>> Candidates(string folder, CancellationToken cancellation)
    {
        if (await Git.List(folder, cancellation) is { } listed)
            return [.. listed.Where(file => !IsMadeBySlipway(file) && Exists(Path.Combine(folder, file)))];
        var found = new List<string>();
        Walk(folder, "", found);
        return found;
    }

    private static bool Exists(string path) => File.Exists(path) || new FileInfo(path).LinkTarget is not null;

    private static bool IsMadeBySlipway(string file) => file.StartsWith(".slipway/", StringComparison.Ordinal) || file.Contains("/.slipway/", StringComparison.Ordinal);

    private static void Walk(string root, string relative, List<string> found)
    {
        foreach (var entry in new DirectoryInfo(Path.Combine(root, relative)).EnumerateFileSystemInfos())
        {
            var path = relative.Length == 0 ? entry.Name : $"{relative}/{entry.Name}";
            if (entry is FileInfo || entry.LinkTarget is not null)
                found.Add(path);
            else if (!s_madeByTools.Contains(entry.Name))
                Walk(root, path, found);
        }
    }

    private static IEnumerable<string> Choose(string folder, ImmutableArray<string> inputs, List<string> all)
    {
        foreach (var input in inputs)
        {
            var pattern = Normalize(folder, input);
            var matched = all.Where(file => PathPattern.Matches(pattern, file)).ToList();
            // A file that is named outright counts even when git ignores it, such as one generated before the build.
            if (matched.Count == 0 && File.Exists(Path.Combine(folder, pattern)))
                matched.Add(pattern);
            if (matched.Count == 0)
                throw new InputException($"The input {input} matches no file in {folder}. Correct `inputs`.");
            foreach (var file in matched)
                yield return file;
        }
    }

    private static string Normalize(string folder, string input)
    {
        var relative = Path.GetRelativePath(folder, Path.GetFullPath(input, folder)).Replace('\\', '/');
        return relative == ".." || relative.StartsWith("../", StringComparison.Ordinal) || Path.IsPathRooted(relative)
            ? throw new InputException($"The input {input} lies outside the manifest's folder. Move the manifest up, or the file below it.")
            : relative;
    }

    private static void Check(string folder, string file)
    {
        var info = new FileInfo(Path.Combine(folder, file));
        if (info.LinkTarget is null)
            return;
        var target = info.ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? info.FullName;
        var root = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)) + Path.DirectorySeparatorChar;
        if (!target.StartsWith(root, StringComparison.Ordinal))
            throw new InputException($"The input {file} is a link to {target}, outside the manifest's folder. Copy the file, or leave it out by `inputs`.");
    }
}

/// <summary>The inputs of a build cannot be used; the message says why and what to do.</summary>
internal sealed class InputException(string message) : Exception(message);

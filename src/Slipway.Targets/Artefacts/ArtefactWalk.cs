namespace Slipway.Targets.Artefacts;

/// <summary>Goes over all that an artefact's folder holds, without following links out of it.</summary>
internal static class ArtefactWalk
{
    /// <summary>Every file, link and folder with its path in the artefact, parents first.</summary>
    /// <param name="folder">The artefact's folder.</param>
    /// <param name="enters">Whether to go into a folder of this path.</param>
    public static IEnumerable<(string Path, FileSystemInfo Entry)> Of(string folder, Func<string, bool>? enters = null)
    {
        var waiting = new Stack<DirectoryInfo>([new(folder)]);
        while (waiting.TryPop(out var next))
        {
            foreach (var entry in next.EnumerateFileSystemInfos())
            {
                var path = System.IO.Path.GetRelativePath(folder, entry.FullName);
                yield return (path, entry);
                if (entry is DirectoryInfo { LinkTarget: null } inner && enters?.Invoke(path) != false)
                    waiting.Push(inner);
            }
        }
    }
}

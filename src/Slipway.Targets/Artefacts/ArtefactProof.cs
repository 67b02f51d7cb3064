using System.Collections.Concurrent;
using System.Collections.Immutable;

namespace Slipway.Targets.Artefacts;

/// <summary>
/// Proves artefacts to be as they were built, every byte. A file is read once; from then on only when the kernel says that it
/// was changed since, so that a second proof takes a look at each file and no more.
/// </summary>
/// <param name="clock">The time.</param>
internal sealed class ArtefactProof(TimeProvider clock)
{
    // Two changes within one tick of the kernel's clock leave one stamp: only a stamp that has come to rest proves anything.
    private const long RestNanoseconds = 2_000_000_000;

    // Python keeps what it has compiled beside what it ran; nobody else has to do with it.
    private const string PythonCache = "__pycache__";

    private readonly ConcurrentDictionary<string, ConcurrentDictionary<string, FileStamp>> _proven = new(StringComparer.Ordinal);

    /// <summary>Whether a folder holds an artefact as it was built.</summary>
    public bool IsWhole(string folder, CancellationToken cancellation) => !Faults(folder, cancellation).Any();

    /// <summary>All that is not as it was built, found as it is asked for.</summary>
    /// <param name="folder">The artefact's folder.</param>
    /// <param name="cancellation">Cancels.</param>
    public IEnumerable<ArtefactFault> Faults(string folder, CancellationToken cancellation)
    {
        if (!Directory.Exists(folder))
            return [ArtefactFault.Whole("its folder is missing")];
        ArtefactManifest? manifest;
        try
        {
            manifest = ArtefactManifest.Load(folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [ArtefactFault.Whole($"{ArtefactManifest.FileName} cannot be read: {e.Message}")];
        }
        return manifest is null
            ? [ArtefactFault.Changed(ArtefactManifest.FileName, "missing or damaged")]
            : Compare(folder, manifest, cancellation);
    }

    /// <summary>Forgets what was proven of all folders but these.</summary>
    public void Keep(IReadOnlySet<string> folders)
    {
        foreach (var folder in _proven.Keys.Where(folder => !folders.Contains(folder)))
            _proven.TryRemove(folder, out _);
    }

    private IEnumerable<ArtefactFault> Compare(string folder, ArtefactManifest manifest, CancellationToken cancellation)
    {
        var proven = _proven.GetOrAdd(folder, _ => new(StringComparer.Ordinal));
        foreach (var (path, built) in manifest.Files)
        {
            cancellation.ThrowIfCancellationRequested();
            if (Difference(Path.Combine(folder, path), path, built, proven) is { } fault)
                yield return fault;
        }
        foreach (var (path, target) in manifest.Others ?? ImmutableSortedDictionary<string, string>.Empty)
        {
            if (OtherDifference(Path.Combine(folder, path), path, target) is { } fault)
                yield return fault;
        }
        foreach (var fault in Added(folder, manifest, cancellation))
            yield return fault;
    }

    private ArtefactFault? Difference(string file, string path, ArtefactFile built, ConcurrentDictionary<string, FileStamp> proven)
    {
        try
        {
            if (FileStamp.Read(file) is not { } stamp)
                return ArtefactFault.Changed(path, "missing");
            if (stamp.Kind != FileStampKind.File)
                return ArtefactFault.Changed(path, "replaced by something that is no file");
            if (stamp.Length == built.Length && proven.TryGetValue(path, out var known) && known == stamp)
                return null;
            if (stamp.Length != built.Length || !HasContent(file, stamp, built))
                return ArtefactFault.Changed(path, "changed");
            if (built.Mode is { } mode && stamp.Mode is { } found && mode != found)
                return ArtefactFault.Mode(path, mode, found);
            if (stamp.ChangedNanoseconds is { } changed && Now() - changed > RestNanoseconds && FileStamp.Read(file) == stamp)
                proven[path] = stamp;
            return null;
        }
        catch (FileNotFoundException)
        {
            return ArtefactFault.Changed(path, "missing");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return ArtefactFault.Changed(path, "unreadable");
        }
    }

    /// <summary>Where the kernel tells no change, the time in the file must do.</summary>
    private static bool HasContent(string file, FileStamp stamp, ArtefactFile built)
        => (stamp.ChangedNanoseconds is null && stamp.ModifiedTicks == built.ModifiedTicks) || ArtefactManifest.Hash(file) == built.Sha256;

    private static ArtefactFault? OtherDifference(string entry, string path, string target)
    {
        var isFolder = target == ArtefactManifest.Folder;
        FileSystemInfo found = isFolder ? new DirectoryInfo(entry) : new FileInfo(entry);
        if (isFolder ? found.Exists && found.LinkTarget is null : found.LinkTarget == target)
            return null;
        return ArtefactFault.Changed(path, found.Exists || found.LinkTarget is not null ? "changed" : "missing");
    }

    private static List<ArtefactFault> Added(string folder, ArtefactManifest manifest, CancellationToken cancellation)
    {
        var added = new List<ArtefactFault>();
        try
        {
            foreach (var (path, entry) in ArtefactWalk.Of(folder, path => !IsCache(path)))
            {
                cancellation.ThrowIfCancellationRequested();
                if (path == ArtefactManifest.FileName || manifest.Files.ContainsKey(path) || manifest.Others?.ContainsKey(path) == true || IsCache(path))
                    continue;
                // An artefact of an earlier version does not say which links and empty folders it was built with.
                var isPlain = entry is FileInfo && entry.LinkTarget is null;
                if (manifest.Others is not null || isPlain)
                    added.Add(ArtefactFault.Added(path));
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            added.Add(ArtefactFault.Whole($"a folder of it cannot be read: {e.Message}"));
        }
        return added;

        bool IsCache(string path) => Path.GetFileName(path) == PythonCache && manifest.Others?.ContainsKey(path) != true;
    }

    private long Now() => (clock.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks * 100;
}

using Microsoft.Win32.SafeHandles;
using Slipway.Targets.Processes.Spawning;

namespace Slipway.Targets.Processes.Logs;

/// <summary>
/// One output stream of an instance. The program itself holds the file open and appends to it; when it has grown too long, its
/// head is copied to <c>.1</c> and then taken out of the front in place, so that no line is lost and nobody need reopen it.
/// </summary>
/// <param name="path">The file.</param>
/// <param name="bytesMax">How long it may grow, in bytes.</param>
/// <param name="kept">How many rotated files are kept.</param>
internal sealed class LogFile(string path, long bytesMax, int kept)
{
    private const int BlockBytes = 4096;
    private readonly Lock _sync = new();
    private long _removed;

    /// <summary>The file.</summary>
    public string Path => path;

    /// <summary>The rotated file of that age; 1 is the newest.</summary>
    public string Rotated(int age) => $"{path}.{age}";

    /// <summary>The length of a file; 0 when there is none.</summary>
    public static long LengthOf(string path)
    {
        var file = new FileInfo(path);
        return file.Exists ? file.Length : 0;
    }

    /// <summary>
    /// The last line from a place on that tells something: not blank and not indented, as the frames of a stack trace are.
    /// </summary>
    public static string? LastTellingLine(string path, long from)
    {
        const int Look = 16 * 1024;
        using var file = Open(path);
        if (file is null)
            return null;
        var length = RandomAccess.GetLength(file);
        var start = Math.Max(from > length ? 0 : from, length - Look);
        string? last = null;
        var splitter = new LineSplitter(text => last = text.Length == 0 || char.IsWhiteSpace(text[0]) ? last : text);
        var buffer = new byte[Look];
        splitter.Add(buffer.AsSpan(0, RandomAccess.Read(file, buffer, start)));
        splitter.End();
        return last is { Length: > 300 } ? $"{last[..300]}…" : last;
    }

    /// <summary>Rotates the file when it has grown too long.</summary>
    public void Rotate()
    {
        lock (_sync)
        {
            var length = LengthOf(path);
            if (length <= bytesMax)
                return;
            using var file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
            RotateLocked(file);
        }
    }

    /// <summary>
    /// Reads on from a place counted from the first byte ever seen by this object, over a rotation in between: bytes that have
    /// been taken out meanwhile come from the rotated file.
    /// </summary>
    /// <param name="place">Where to read; moved on.</param>
    /// <param name="buffer">What to fill.</param>
    public int Read(ref long place, Span<byte> buffer)
    {
        lock (_sync)
        {
            var offset = place - _removed;
            using var file = Open(offset < 0 ? Rotated(1) : path);
            if (file is null)
                return 0;
            if (offset < 0)
            {
                var length = RandomAccess.GetLength(file);
                // More than one rotation behind: what the older files hold is skipped.
                offset = Math.Max(0, length + offset);
                place = Math.Max(place, _removed - length);
                buffer = buffer[..(int)Math.Min(buffer.Length, length - offset)];
            }
            var got = RandomAccess.Read(file, buffer, offset);
            place += got;
            return got;
        }
    }

    /// <summary>The end, as a place for <see cref="Read"/>.</summary>
    public long End
    {
        get
        {
            lock (_sync)
                return _removed + LengthOf(path);
        }
    }

    /// <summary>The last lines, and the place where they end; older files are read when the newest has too few.</summary>
    public (List<string> Lines, long Place) Tail(int count)
    {
        lock (_sync)
        {
            var end = LengthOf(path);
            var lines = new LinkedList<string>();
            for (var age = 0; age <= kept && lines.Count < count; age++)
            {
                var name = age == 0 ? path : Rotated(age);
                if (!File.Exists(name))
                    break;
                Prepend(lines, LastLines(name, age == 0 ? end : LengthOf(name), count - lines.Count));
            }
            return ([.. lines], _removed + end);
        }
    }

    private static void Prepend(LinkedList<string> lines, List<string> earlier)
    {
        for (var i = earlier.Count - 1; i >= 0; i--)
            lines.AddFirst(earlier[i]);
    }

    private static List<string> LastLines(string path, long end, int count)
    {
        var lines = new List<string>();
        using var file = Open(path);
        if (file is null || count == 0)
            return lines;
        var start = StartOfLast(file, end, count);
        var splitter = new LineSplitter(lines.Add);
        var buffer = new byte[64 * 1024];
        while (start < end)
        {
            var got = RandomAccess.Read(file, buffer.AsSpan(0, (int)Math.Min(buffer.Length, end - start)), start);
            if (got == 0)
                break;
            splitter.Add(buffer.AsSpan(0, got));
            start += got;
        }
        splitter.End();
        return lines;
    }

    private static long StartOfLast(SafeFileHandle file, long end, int count)
    {
        var buffer = new byte[64 * 1024];
        var found = 0;
        var block = end;
        while (block > 0)
        {
            var from = Math.Max(0, block - buffer.Length);
            var got = RandomAccess.Read(file, buffer.AsSpan(0, (int)(block - from)), from);
            for (var i = got - 1; i >= 0; i--)
            {
                // The end of the last line itself does not count.
                if (buffer[i] == '\n' && from + i != end - 1 && ++found == count)
                    return from + i + 1;
            }
            block = from;
        }
        return 0;
    }

    private static SafeFileHandle? Open(string path)
    {
        try
        {
            return File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    private void RotateLocked(SafeFileHandle file)
    {
        var head = (RandomAccess.GetLength(file) - 1) / BlockBytes * BlockBytes;
        var beside = $"{path}.rotating";
        Copy(file, beside, head);
        if (!TakeOut(file, head))
        {
            File.Delete(beside);
            return;
        }
        for (var age = kept - 1; age >= 1; age--)
        {
            if (File.Exists(Rotated(age)))
                File.Move(Rotated(age), Rotated(age + 1), overwrite: true);
        }
        File.Move(beside, Rotated(1), overwrite: true);
        _removed += head;
    }

    private static void Copy(SafeFileHandle file, string to, long length)
    {
        using var target = new FileStream(to, FileMode.Create, FileAccess.Write, FileShare.Read, bufferSize: 0);
        var buffer = new byte[256 * 1024];
        for (long at = 0; at < length;)
        {
            var got = RandomAccess.Read(file, buffer.AsSpan(0, (int)Math.Min(buffer.Length, length - at)), at);
            if (got == 0)
                throw new EndOfStreamException($"{to}: the file became shorter while it was copied.");
            target.Write(buffer.AsSpan(0, got));
            at += got;
        }
    }

    private static bool TakeOut(SafeFileHandle file, long length)
    {
        if (!OperatingSystem.IsLinux())
            return false;
        return Posix.Allocate(file, Posix.CollapseRange, 0, length) == 0;
    }
}

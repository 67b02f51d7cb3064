using Microsoft.Win32.SafeHandles;
using Slipway.Core.Settings;

namespace Slipway.Targets.Processes.Logs;

/// <summary>
/// One output stream of an instance. The program itself holds the file open and appends to it; when it has grown too long, its
/// head is copied to <c>.1</c> and then taken out of the front in place, so that no line is lost and nobody need reopen it.
/// Places in it are counted in bytes from the first that this object has seen, rotated or not.
/// </summary>
/// <param name="path">The file.</param>
/// <param name="bytesMax">How long it may grow, in bytes.</param>
/// <param name="kept">How many rotated files are kept.</param>
internal sealed class LogFile(string path, long bytesMax, int kept)
{
    private readonly Lock _sync = new();
    private readonly LogRotation _rotation = new(path, kept);
    private long _covered;
    private int _coveredBy;

    /// <summary>The length of a file, in bytes; 0 when there is none.</summary>
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
            if (LengthOf(path) - _rotation.HoleEnd > bytesMax)
                _rotation.Rotate();
        }
    }

    /// <summary>
    /// Writes asterisks over the secrets in it, each byte for byte in its place: the program appends behind them and never
    /// notices. What was covered before is not read again, unless there are new secrets.
    /// </summary>
    public void Cover(Redactor secrets)
    {
        lock (_sync)
        {
            var version = secrets.Version;
            if (version != _coveredBy)
            {
                for (var age = 1; age <= kept; age++)
                    SecretCover.File(_rotation.Rotated(age), 0, secrets);
                (_covered, _coveredBy) = (_rotation.Start, version);
            }
            // A secret may have been written half before the last look.
            var from = Math.Max(_rotation.Start, _covered - secrets.LongestBytes);
            if (version > 0)
                _covered = _rotation.Base + SecretCover.File(path, from - _rotation.Base, secrets);
        }
    }

    /// <summary>
    /// Reads on from a place, over rotations in between: what has been taken out meanwhile comes from the rotated files, and
    /// what even these have lost is skipped.
    /// </summary>
    /// <param name="place">Where to read; moved on.</param>
    /// <param name="buffer">What to fill.</param>
    /// <returns>How many bytes were read; 0 at the end.</returns>
    public int Read(ref long place, Span<byte> buffer)
    {
        lock (_sync)
        {
            var start = _rotation.Start;
            if (place >= start)
                return ReadAt(path, place - _rotation.Base, buffer, ref place);
            for (var age = 1; age <= kept; age++)
            {
                var length = LengthOf(_rotation.Rotated(age));
                if (length == 0)
                    break;
                start -= length;
                if (place >= start)
                    return ReadAt(_rotation.Rotated(age), place - start, buffer, ref place);
            }
            place = start;
            return Read(ref place, buffer);
        }
    }

    /// <summary>
    /// The last whole lines, and the place where they end; older files are read when the newest has too few. A line that is
    /// still being written lies behind that place.
    /// </summary>
    public (List<string> Lines, long Place) Tail(int count)
    {
        lock (_sync)
        {
            _rotation.Recover();
            var place = EndOfWholeLines();
            var start = place;
            var found = 0;
            while (found < count && StepBack(ref start, ref found, count))
            {
            }
            var lines = new List<string>();
            var splitter = new LineSplitter(lines.Add);
            var buffer = new byte[64 * 1024];
            while (start < place)
            {
                var got = Read(ref start, buffer.AsSpan(0, (int)Math.Min(buffer.Length, place - start)));
                if (got == 0)
                    break;
                splitter.Add(buffer.AsSpan(0, got));
            }
            splitter.End();
            return (lines, place);
        }
    }

    /// <summary>Moves back over one block, counting ends of lines; false when there is nothing before or enough has been found.</summary>
    private bool StepBack(ref long start, ref int found, int count)
    {
        var buffer = new byte[64 * 1024];
        var from = Math.Max(OldestPlace(), start - buffer.Length);
        if (from >= start)
            return false;
        var at = from;
        var length = 0;
        while (at < start)
        {
            var got = Read(ref at, buffer.AsSpan(length, (int)(start - at)));
            if (got == 0)
                break;
            length += got;
        }
        for (var i = length - 1; i >= 0; i--)
        {
            // The first one met ends the last line itself.
            if (buffer[i] == '\n' && found++ == count)
            {
                start = from + i + 1;
                return false;
            }
        }
        start = from;
        return true;
    }

    private long EndOfWholeLines()
    {
        var end = _rotation.Base + LengthOf(path);
        var from = Math.Max(_rotation.Start, end - LineSplitter.LengthMax);
        var buffer = new byte[LineSplitter.LengthMax];
        var at = from;
        var got = Read(ref at, buffer.AsSpan(0, (int)(end - from)));
        var last = buffer.AsSpan(0, got).LastIndexOf((byte)'\n');
        // Without an end in all of it, the line is cut anyway; at the very start, it is all there is.
        return last >= 0 ? from + last + 1 : end;
    }

    private long OldestPlace()
    {
        var start = _rotation.Start;
        for (var age = 1; age <= kept; age++)
            start -= LengthOf(_rotation.Rotated(age));
        return start;
    }

    private static int ReadAt(string path, long offset, Span<byte> buffer, ref long place)
    {
        using var file = Open(path);
        if (file is null)
            return 0;
        var got = RandomAccess.Read(file, buffer, offset);
        place += got;
        return got;
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
}

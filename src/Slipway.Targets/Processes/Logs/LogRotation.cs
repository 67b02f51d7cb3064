using Microsoft.Win32.SafeHandles;
using Slipway.Targets.Processes.Spawning;

namespace Slipway.Targets.Processes.Logs;

/// <summary>
/// Takes the head out of a file that another program appends to. Where the file system can (ext4, XFS), the head is removed and
/// the rest moves to the front; where it can only make holes (tmpfs, Btrfs), the head's blocks are given back and the file keeps
/// counting; elsewhere the file is copied and truncated, and what is written in the instant between may be lost.
/// </summary>
/// <param name="path">The file.</param>
/// <param name="kept">How many rotated files are kept.</param>
internal sealed class LogRotation(string path, int kept)
{
    private const int BlockBytes = 4096;
    private long? _holeEnd;
    private bool _recovered;

    /// <summary>How many bytes have been removed from the front since this object was made.</summary>
    public long Base { get; private set; }

    /// <summary>Where the bytes of the file begin: behind the hole, if its head is one.</summary>
    public long HoleEnd => _holeEnd ??= FindHoleEnd();

    /// <summary>The place of the first byte that is in the file itself.</summary>
    public long Start => Base + HoleEnd;

    private string Beside => $"{path}.rotating";

    /// <summary>The rotated file of that age; 1 is the newest.</summary>
    public string Rotated(int age) => $"{path}.{age}";

    /// <summary>Copies the head to a file beside, takes it out, and gives the copy its name.</summary>
    public void Rotate()
    {
        Recover();
        if (OperatingSystem.IsWindows())
            return;
        using var file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        var from = HoleEnd;
        var head = (RandomAccess.GetLength(file) - 1) / BlockBytes * BlockBytes;
        if (head <= from)
            return;
        Copy(file, from, head);
        TakeOut(file, head);
        Name();
    }

    /// <summary>Ends a rotation that was cut off: the copy counts only when its bytes have been taken out.</summary>
    public void Recover()
    {
        if (_recovered)
            return;
        _recovered = true;
        if (!File.Exists(Beside))
            return;
        if (File.Exists(path) && StartsWithCopy())
            File.Delete(Beside);
        else
            Name();
    }

    private void TakeOut(SafeFileHandle file, long head)
    {
        if (OperatingSystem.IsLinux())
        {
            // What is removed must not reach the end of the file; with a hole at the front that goes too.
            if (Posix.Allocate(file, Posix.CollapseRange, 0, head) == 0)
            {
                Base += head;
                _holeEnd = 0;
                return;
            }
            if (Posix.Allocate(file, Posix.PunchHoleKeepSize, 0, head) == 0)
            {
                _holeEnd = head;
                return;
            }
        }
        var length = RandomAccess.GetLength(file);
        Copy(file, HoleEnd, length);
        RandomAccess.SetLength(file, 0);
        Base += length;
        _holeEnd = 0;
    }

    private void Name()
    {
        for (var age = kept - 1; age >= 1; age--)
        {
            if (File.Exists(Rotated(age)))
                File.Move(Rotated(age), Rotated(age + 1), overwrite: true);
        }
        File.Move(Beside, Rotated(1), overwrite: true);
    }

    private void Copy(SafeFileHandle file, long from, long to)
    {
        using var target = new FileStream(Beside, FileMode.Create, FileAccess.Write, FileShare.Read, bufferSize: 0);
        var buffer = new byte[256 * 1024];
        for (var at = from; at < to;)
        {
            var got = RandomAccess.Read(file, buffer.AsSpan(0, (int)Math.Min(buffer.Length, to - at)), at);
            if (got == 0)
                throw new EndOfStreamException($"{path} became shorter while it was copied.");
            target.Write(buffer.AsSpan(0, got));
            at += got;
        }
    }

    private bool StartsWithCopy()
    {
        using var copy = File.OpenHandle(Beside);
        using var file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var length = RandomAccess.GetLength(copy);
        if (RandomAccess.GetLength(file) - HoleEnd < length)
            return false;
        var (mine, theirs) = (new byte[64 * 1024], new byte[64 * 1024]);
        for (long at = 0; at < length;)
        {
            var got = RandomAccess.Read(copy, mine, at);
            var other = RandomAccess.Read(file, theirs.AsSpan(0, got), HoleEnd + at);
            if (got == 0 || !mine.AsSpan(0, got).SequenceEqual(theirs.AsSpan(0, other)))
                return false;
            at += got;
        }
        return true;
    }

    private long FindHoleEnd()
    {
        if (!OperatingSystem.IsLinux() || !File.Exists(path))
            return 0;
        using var file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        // -1 for a file that is all hole, which is the empty one.
        return Math.Max(0, Posix.Seek(file, 0, 3));
    }
}

using System.Buffers.Binary;
using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Slipway.Targets.Artefacts;

/// <summary>
/// What the file system says of an entry without following it. On Linux a file whose content was changed never has the stamp
/// that it had: the kernel alone sets the time of the last change (statx(2)).
/// </summary>
/// <param name="Kind">What it is.</param>
/// <param name="Mode">Who may do what with it, the lowest twelve bits; null where there is none.</param>
/// <param name="Length">Its length, in bytes.</param>
/// <param name="ModifiedTicks">When its content was written, as the file says, in ticks of 100 ns.</param>
/// <param name="ChangedNanoseconds">When anything of it was last changed, as the kernel says, since 1970; null elsewhere than on Linux.</param>
/// <param name="Device">Which file system it is on; 0 elsewhere.</param>
/// <param name="Inode">Which file of it; 0 elsewhere.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly partial record struct FileStamp(
    FileStampKind Kind, int? Mode, long Length, long ModifiedTicks, long? ChangedNanoseconds, ulong Device, ulong Inode)
{
    private const int CurrentFolder = -100;
    private const int NoFollow = 0x100;
    private const uint BasicFields = 0x7ff;
    private const int NoEntry = 2;
    private const int NoFolder = 20;

    /// <summary>The stamp of an entry; null when there is none.</summary>
    /// <param name="path">Its path.</param>
    /// <param name="follows">Whether a link is followed.</param>
    /// <exception cref="IOException">The file system does not tell.</exception>
    /// <exception cref="UnauthorizedAccessException">Nor may we ask.</exception>
    public static FileStamp? Read(string path, bool follows = false)
        => OperatingSystem.IsLinux() ? ReadLinux(path, follows) : ReadElsewhere(path);

    /// <summary>Whether it is the same file as another, under whatever name.</summary>
    public bool IsSameFile(FileStamp other) => Device == other.Device && Inode == other.Inode;

    private static unsafe FileStamp? ReadLinux(string path, bool follows)
    {
        Span<byte> buffer = stackalloc byte[256];
        fixed (byte* first = buffer)
        {
            if (Statx(CurrentFolder, path, follows ? 0 : NoFollow, BasicFields, first) != 0)
            {
                var error = Marshal.GetLastPInvokeError();
                return error is NoEntry or NoFolder ? null : throw new IOException($"{path} cannot be looked at: {new Win32Exception(error).Message}");
            }
        }
        var mode = BinaryPrimitives.ReadUInt16LittleEndian(buffer[28..]);
        var kind = (mode & 0xf000) switch
        {
            0x8000 => FileStampKind.File,
            0x4000 => FileStampKind.Folder,
            0xa000 => FileStampKind.Link,
            _ => FileStampKind.Other,
        };
        return new(
            kind,
            mode & 0xfff,
            BinaryPrimitives.ReadInt64LittleEndian(buffer[40..]),
            DateTime.UnixEpoch.Ticks + (Nanoseconds(buffer[112..]) / 100),
            Nanoseconds(buffer[96..]),
            BinaryPrimitives.ReadUInt64LittleEndian(buffer[136..]),
            BinaryPrimitives.ReadUInt64LittleEndian(buffer[32..]));
    }

    private static long Nanoseconds(ReadOnlySpan<byte> time)
        => (BinaryPrimitives.ReadInt64LittleEndian(time) * 1_000_000_000) + BinaryPrimitives.ReadUInt32LittleEndian(time[8..]);

    private static FileStamp? ReadElsewhere(string path)
    {
        FileSystemInfo entry = Directory.Exists(path) ? new DirectoryInfo(path) : new FileInfo(path);
        if (entry.LinkTarget is null && !entry.Exists)
            return null;
        var kind = entry.LinkTarget is not null ? FileStampKind.Link : entry is DirectoryInfo ? FileStampKind.Folder : FileStampKind.File;
        int? mode = OperatingSystem.IsWindows() ? null : (int)entry.UnixFileMode;
        return new(kind, mode, entry is FileInfo file && kind == FileStampKind.File ? file.Length : 0, entry.LastWriteTimeUtc.Ticks, null, 0, 0);
    }

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static unsafe partial int Statx(int folder, string path, int flags, uint mask, byte* buffer);
}

/// <summary>What an entry of a folder is.</summary>
internal enum FileStampKind
{
    /// <summary>A file.</summary>
    File,

    /// <summary>A folder.</summary>
    Folder,

    /// <summary>A symbolic link.</summary>
    Link,

    /// <summary>A pipe, a socket or a device.</summary>
    Other,
}

using System.ComponentModel;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Slipway.Targets.Processes.Spawning;

/// <summary>The calls of the C library that the framework does not offer.</summary>
internal static unsafe partial class Posix
{
    public const int SigHup = 1;
    public const int SigKill = 9;
    public const int SigTerm = 15;
    public const int NoSuchProcess = 3;
    public const int NotSupportedLinux = 95;
    public const int InvalidArgument = 22;
    public const int WaitNoHang = 1;
    public const int WaitExited = 4;
    public const int WaitNoReap = 0x01000000;
    public const int CollapseRange = 0x08;
    public const int PunchHoleKeepSize = 0x02 | 0x01;
    private const string Library = "libc";
    private const int PidfdOpenNumber = 434;

    public static bool IsUnix => !OperatingSystem.IsWindows();

    /// <summary>Sends a signal; false when there is nobody to get it.</summary>
    /// <param name="pid">A process, or a group as a negative number.</param>
    /// <param name="signal">Its number; 0 only asks.</param>
    public static bool Kill(int pid, int signal)
    {
        if (KillNative(pid, signal) == 0)
            return true;
        var error = Marshal.GetLastPInvokeError();
        return error == NoSuchProcess ? false : throw new Win32Exception(error);
    }

    /// <summary>A descriptor that becomes readable when a process ends; null where the kernel has none or it is gone.</summary>
    public static SafeFileHandle? OpenProcess(int pid)
    {
        var descriptor = SystemCall(PidfdOpenNumber, pid, 0);
        return descriptor < 0 ? null : new SafeFileHandle((nint)descriptor, ownsHandle: true);
    }

    /// <summary>How a child of ours ended, without reaping it; null while it runs or when it is no child of ours.</summary>
    public static int? PeekExit(int pid)
    {
        // siginfo_t of Linux: si_code at 8, si_status at 24; 128 bytes in all.
        var info = stackalloc int[32];
        new Span<int>(info, 32).Clear();
        if (WaitId(1, pid, info, WaitExited | WaitNoHang | WaitNoReap) != 0 || info[0] == 0)
            return null;
        return info[2] == 1 ? info[6] : 128 + info[6];
    }

    /// <summary>Reaps a child of ours that has ended and tells how; null when there is none.</summary>
    public static int? Reap(int pid)
    {
        int status;
        int result;
        do
        {
            result = WaitPid(pid, &status, WaitNoHang);
        }
        while (result < 0 && Marshal.GetLastPInvokeError() == 4);
        if (result != pid)
            return null;
        return (status & 0x7f) == 0 ? (status >> 8) & 0xff : 128 + (status & 0x7f);
    }

    public static SafeFileHandle OpenFolder(string folder)
    {
        var closeOnExec = OperatingSystem.IsMacOS() ? 0x1000000 : 0x80000;
        var descriptor = Open(folder, closeOnExec, 0);
        return descriptor >= 0
            ? new SafeFileHandle(descriptor, ownsHandle: true)
            : throw new IOException($"Cannot open {folder}: {new Win32Exception(Marshal.GetLastPInvokeError()).Message}");
    }

    /// <summary>Lets two entries of a file system change places, at no instant with one of them missing; false where that cannot be done (Linux).</summary>
    public static bool Exchange(string one, string other)
    {
        const int CurrentFolder = -100;
        const uint ChangePlaces = 2;
        try
        {
            return RenameAt(CurrentFolder, one, CurrentFolder, other, ChangePlaces) == 0;
        }
        catch (EntryPointNotFoundException)
        {
            return false;
        }
    }

    /// <summary>Sets the largest core file that a process of ours may leave to nothing; false when it is gone or not ours (Linux).</summary>
    public static bool ForbidCoreFile(int pid)
    {
        const int CoreFile = 4;
        var limit = stackalloc nuint[2];
        if (LimitOf(pid, CoreFile, null, limit) != 0)
            return false;
        limit[0] = 0;
        return LimitOf(pid, CoreFile, limit, null) == 0;
    }

    [LibraryImport(Library, EntryPoint = "renameat2", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int RenameAt(int oneFolder, string one, int otherFolder, string other, uint flags);

    [LibraryImport(Library, EntryPoint = "prlimit", SetLastError = true)]
    private static partial int LimitOf(int pid, int resource, nuint* next, nuint* former);

    [LibraryImport(Library, EntryPoint = "kill", SetLastError = true)]
    private static partial int KillNative(int pid, int signal);

    [LibraryImport(Library, EntryPoint = "syscall", SetLastError = true)]
    private static partial long SystemCall(long number, int first, int second);

    [LibraryImport(Library, EntryPoint = "waitid", SetLastError = true)]
    private static partial int WaitId(int kind, int id, int* info, int options);

    [LibraryImport(Library, EntryPoint = "waitpid", SetLastError = true)]
    private static partial int WaitPid(int pid, int* status, int options);

    [LibraryImport(Library, EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags, int mode);

    /// <summary>Changes where a file has its bytes (Linux); 0, or -1 with the error set.</summary>
    [LibraryImport(Library, EntryPoint = "fallocate", SetLastError = true)]
    public static partial int Allocate(SafeFileHandle handle, int mode, long offset, long length);

    /// <summary>Seeks; kind 3 finds the next byte that is stored (SEEK_DATA, Linux).</summary>
    [LibraryImport(Library, EntryPoint = "lseek", SetLastError = true)]
    public static partial long Seek(SafeFileHandle handle, long offset, int kind);

    [StructLayout(LayoutKind.Sequential)]
    public struct PollEntry
    {
        public int Descriptor;
        public short Events;
        public short Returned;
    }

    [LibraryImport(Library, EntryPoint = "poll", SetLastError = true)]
    public static partial int Poll(PollEntry* entries, nuint count, int timeoutMs);

    [LibraryImport(Library, EntryPoint = "eventfd", SetLastError = true)]
    public static partial int EventDescriptor(uint initial, int flags);

    [LibraryImport(Library, EntryPoint = "write", SetLastError = true)]
    public static partial nint Write(SafeFileHandle handle, void* buffer, nuint count);

    [LibraryImport(Library, EntryPoint = "read", SetLastError = true)]
    public static partial nint Read(SafeFileHandle handle, void* buffer, nuint count);
}

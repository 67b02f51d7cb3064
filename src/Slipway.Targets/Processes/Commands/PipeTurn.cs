using System.ComponentModel;
using System.IO.Pipes;
using System.Runtime.InteropServices;
using Slipway.Targets.Processes.Spawning;

namespace Slipway.Targets.Processes.Commands;

/// <summary>
/// Waits until a pipe can be read or written without blocking. On Unix nothing ends a read or a write that blocks, not even
/// disposing the pipe, which itself waits for it; and whoever inherited the other end may keep it open for ever.
/// </summary>
internal static class PipeTurn
{
    /// <summary>As much as one write that may be made takes without blocking, in bytes: the least that POSIX allows PIPE_BUF to be.</summary>
    public const int BytesMax = 512;

    private const short Readable = 1; // POLLIN
    private const short Writable = 4; // POLLOUT
    private const int LookMs = 100;
    private const int Interrupted = 4;

    /// <summary>Waits until there is something to read, or the end; false when nobody wants it any more.</summary>
    public static bool ToRead(PipeStream pipe, CancellationToken abandoned) => Await(pipe, Readable, abandoned);

    /// <summary>Waits until <see cref="BytesMax"/> can be written, or nobody reads; false when nobody wants to any more.</summary>
    public static bool ToWrite(PipeStream pipe, CancellationToken abandoned) => Await(pipe, Writable, abandoned);

    private static unsafe bool Await(PipeStream pipe, short events, CancellationToken abandoned)
    {
        // There disposing the pipe does end what blocks.
        if (OperatingSystem.IsWindows())
            return !abandoned.IsCancellationRequested;
        var entry = new Posix.PollEntry { Descriptor = (int)pipe.SafePipeHandle.DangerousGetHandle(), Events = events };
        while (!abandoned.IsCancellationRequested)
        {
            var count = Posix.Poll(&entry, 1, LookMs);
            if (count > 0)
                return true;
            if (count < 0 && Marshal.GetLastPInvokeError() is var error and not Interrupted)
                throw new IOException($"Cannot wait for a pipe: {new Win32Exception(error).Message}");
        }
        return false;
    }
}

using System.Runtime.InteropServices;
using System.Text;

namespace Slipway.Cli.Output;

/// <summary>
/// Writes to standard output and error by the operating system's own call. The framework's console sets up encodings,
/// readers and terminal handling first, which costs a start-up 7 ms.
/// </summary>
internal static partial class StandardStreams
{
    private const int Interrupted = 4;
    private const int BrokenPipe = 32;

    /// <summary>Writes a line to standard output.</summary>
    public static void Line(string text) => Write(1, text + "\n");

    /// <summary>Writes a line to standard error.</summary>
    public static void ErrorLine(string text) => Write(2, text + "\n");

    /// <summary>Writes text as it is to standard output.</summary>
    public static void Text(string text) => Write(1, text);

    /// <summary>Writes bytes and a line end to standard output.</summary>
    public static void Line(ReadOnlySpan<byte> utf8)
    {
        var line = new byte[utf8.Length + 1];
        utf8.CopyTo(line);
        line[^1] = (byte)'\n';
        Write(1, line);
    }

    private static void Write(int descriptor, string text) => Write(descriptor, Encoding.UTF8.GetBytes(text));

    private static void Write(int descriptor, ReadOnlySpan<byte> bytes)
    {
        if (OperatingSystem.IsWindows())
        {
            using var stream = descriptor == 1 ? Console.OpenStandardOutput() : Console.OpenStandardError();
            stream.Write(bytes);
            return;
        }
        while (!bytes.IsEmpty)
        {
            var count = SystemWrite(descriptor, bytes, bytes.Length);
            if (count >= 0)
                bytes = bytes[(int)count..];
            else if (Marshal.GetLastPInvokeError() == BrokenPipe)
                throw new OutputClosedException();
            else if (Marshal.GetLastPInvokeError() != Interrupted)
                throw new IOException($"Standard {(descriptor == 1 ? "output" : "error")} cannot be written (error {Marshal.GetLastPInvokeError()}).");
        }
    }

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    private static partial nint SystemWrite(int descriptor, ReadOnlySpan<byte> bytes, nint count);
}

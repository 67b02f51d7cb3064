using System.Globalization;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Slipway.ControlPlane.Hosting;

/// <summary>
/// Held by the one control plane of a home. The operating system lets go of it when the process ends, however it ends, so
/// no lock is ever left behind.
/// </summary>
internal sealed class HomeLock : IDisposable
{
    private readonly FileStream _file;

    private HomeLock(FileStream file) => _file = file;

    /// <summary>Takes the lock and writes this process into it.</summary>
    /// <exception cref="StartRefusedException">Another control plane holds it; the message names its process.</exception>
    public static HomeLock Take(Home home)
    {
        FileStream file;
        try
        {
            file = Open(home.Lock);
        }
        catch (IOException fault)
        {
            var holder = ReadHolder(home.Lock);
            throw new StartRefusedException(
                $"A control plane already runs for {home.Folder}{(holder is null ? "" : $" (process {holder})")}.",
                "Use that one, or end it first (it ends cleanly on SIGTERM; gateways and instances go on).",
                fault);
        }
        catch (UnauthorizedAccessException fault)
        {
            throw new StartRefusedException($"{home.Lock} belongs to another user.", "Run as its owner, or choose another --home.", fault);
        }
        file.SetLength(0);
        file.Write(Encoding.ASCII.GetBytes(Environment.ProcessId.ToString(CultureInfo.InvariantCulture) + "\n"));
        file.Flush();
        return new(file);
    }

    /// <summary>The process that holds the lock, as it wrote it; null when it cannot be read.</summary>
    public static int? ReadHolder(string path)
    {
        try
        {
            using var handle = OpenUnlocked(path);
            Span<byte> bytes = stackalloc byte[32];
            var read = RandomAccess.Read(handle, bytes, 0);
            return int.TryParse(Encoding.ASCII.GetString(bytes[..read]).Trim(), CultureInfo.InvariantCulture, out var id) ? id : null;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // Only the message gets poorer.
            return null;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    private static FileStream Open(string path)
    {
        var options = new FileStreamOptions
        {
            Mode = FileMode.OpenOrCreate,
            Access = FileAccess.ReadWrite,
            // On Unix only None asks for an exclusive lock; on Windows Read still keeps a second writer out.
            Share = OperatingSystem.IsWindows() ? FileShare.Read : FileShare.None,
        };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return new(path, options);
    }

    private static SafeFileHandle OpenUnlocked(string path)
    {
        if (OperatingSystem.IsWindows())
            return File.OpenHandle(path, share: FileShare.ReadWrite);
        var descriptor = NativeMethods.OpenFile(path, 0);
        return descriptor >= 0 ? new(descriptor, ownsHandle: true) : throw new IOException($"{path} cannot be opened.");
    }
}

using System.Globalization;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Slipway.ControlPlane.Hosting;

/// <summary>
/// Held by the control plane that leads a home. The operating system lets go of it when the process ends, however it ends:
/// who gets it knows that the one before is dead, and need not wait for the end of its lease.
/// </summary>
internal sealed class HomeLock : IDisposable
{
    private readonly FileStream _file;

    private HomeLock(FileStream file, string former) => (_file, Former) = (file, former);

    /// <summary>Who held it last, as in the lease; empty when nobody did. That one is dead.</summary>
    public string Former { get; }

    /// <summary>Takes the lock and writes this process into it.</summary>
    /// <exception cref="StartRefusedException">Another control plane holds it; the message names its process.</exception>
    public static HomeLock Take(Home home, string holder) => TryTake(home, holder) ?? throw new StartRefusedException(
        $"A control plane already runs for {home.Folder}{(ReadHolder(home.Lock) is { } process ? $" (process {process})" : "")}.",
        "Use that one, end it first (it ends cleanly on SIGTERM; gateways and instances go on), or let this one wait for its turn with --standby.");

    /// <summary>Takes the lock; null while another holds it.</summary>
    /// <exception cref="StartRefusedException">It cannot be opened.</exception>
    public static HomeLock? TryTake(Home home, string holder)
    {
        FileStream file;
        try
        {
            file = Open(home.Lock);
        }
        catch (IOException)
        {
            return null;
        }
        catch (UnauthorizedAccessException fault)
        {
            throw new StartRefusedException($"{home.Lock} belongs to another user.", "Run as its owner, or choose another --home.", fault);
        }
        var former = new StreamReader(file).ReadToEnd().Split('\n') is [_, var second, ..] ? second : "";
        Write(file, holder);
        // It may have been replaced between the opening and the locking.
        if (ReadLine(home.Lock, 1) == holder)
            return new(file, former);
        file.Dispose();
        return null;
    }

    /// <summary>Puts a lock of this process into the place of one whose holder has lost its lease but still holds on to the file.</summary>
    public static HomeLock Replace(Home home, string holder)
    {
        var beside = $"{home.Lock}.{holder}";
        var file = Open(beside);
        Write(file, holder);
        File.Move(beside, home.Lock, overwrite: true);
        return new(file, "");
    }

    /// <summary>The process that holds the lock, as it wrote it; null when it cannot be read.</summary>
    public static int? ReadHolder(string path)
        => int.TryParse(ReadLine(path, 0), CultureInfo.InvariantCulture, out var id) ? id : null;

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    private static void Write(FileStream file, string holder)
    {
        file.SetLength(0);
        file.Write(Encoding.ASCII.GetBytes($"{Environment.ProcessId.ToString(CultureInfo.InvariantCulture)}\n{holder}\n"));
        file.Flush();
    }

    private static string? ReadLine(string path, int number)
    {
        try
        {
            using var handle = OpenUnlocked(path);
            Span<byte> bytes = stackalloc byte[128];
            var read = RandomAccess.Read(handle, bytes, 0);
            return Encoding.ASCII.GetString(bytes[..read]).Split('\n').ElementAtOrDefault(number)?.Trim();
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // Only the message gets poorer.
            return null;
        }
    }

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

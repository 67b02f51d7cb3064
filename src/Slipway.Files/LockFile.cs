namespace Slipway.Files;

/// <summary>A file that one holder at a time has, of all processes. The operating system lets go of it when that one ends, however it ends.</summary>
public sealed class LockFile : IDisposable
{
    // EWOULDBLOCK of Linux and of macOS, and ERROR_SHARING_VIOLATION as an HRESULT.
    private const int HeldOnLinux = 11;
    private const int HeldOnMac = 35;
    private const int HeldOnWindows = unchecked((int)0x80070020);

    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(5);

    private readonly FileStream _file;

    private LockFile(FileStream file) => _file = file;

    /// <summary>Takes it, and makes it where it is missing, for its owner alone; null while another has it.</summary>
    /// <exception cref="IOException">Its folder is missing, or the disk refuses.</exception>
    /// <exception cref="UnauthorizedAccessException">It belongs to another user.</exception>
    public static LockFile? TryTake(string path)
    {
        try
        {
            return new(PrivateFile.Open(path, FileMode.OpenOrCreate, FileShare.None));
        }
        catch (IOException fault) when (fault.HResult is HeldOnLinux or HeldOnMac or HeldOnWindows)
        {
            return null;
        }
    }

    /// <summary>Waits for it on this thread; null when another has it for all that time.</summary>
    /// <inheritdoc cref="TryTake"/>
    public static LockFile? Take(string path, TimeSpan patience)
    {
        LockFile? taken = null;
        SpinWait.SpinUntil(() => (taken = TryTake(path)) is not null, patience);
        return taken;
    }

    /// <summary>Waits for it; null when another has it for all that time.</summary>
    /// <inheritdoc cref="TryTake"/>
    public static async Task<LockFile?> TakeAsync(string path, TimeSpan patience, CancellationToken cancellation = default)
    {
        var due = Environment.TickCount64 + (long)patience.TotalMilliseconds;
        while (true)
        {
            if (TryTake(path) is { } taken)
                return taken;
            if (Environment.TickCount64 > due)
                return null;
            await Task.Delay(s_look, cancellation);
        }
    }

    /// <summary>Lets go of it. The file stays: who takes one away makes two holders of one name.</summary>
    public void Dispose() => _file.Dispose();
}

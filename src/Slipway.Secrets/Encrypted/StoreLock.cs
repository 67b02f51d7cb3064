namespace Slipway.Secrets.Encrypted;

/// <summary>Lets one process write at a time. The operating system frees it when its holder dies.</summary>
internal sealed class StoreLock : IDisposable
{
    private static readonly TimeSpan WaitMax = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan RetryEvery = TimeSpan.FromMilliseconds(5);

    private readonly FileStream _file;

    private StoreLock(FileStream file) => _file = file;

    /// <summary>Waits for it, 10 s at most.</summary>
    /// <exception cref="SecretStoreException">Another process holds it for longer.</exception>
    public static async Task<StoreLock> Take(string store, CancellationToken cancellation)
    {
        var path = store + ".lock";
        var until = TimeProvider.System.GetUtcNow() + WaitMax;
        while (true)
        {
            try
            {
                return new(SecretFile.Open(path, FileMode.OpenOrCreate, FileShare.None));
            }
            catch (IOException fault) when (fault is not (DirectoryNotFoundException or FileNotFoundException))
            {
                if (TimeProvider.System.GetUtcNow() > until)
                    throw new SecretStoreException($"Another process has been writing {store} for 10 s.", "Find out which one holds its lock: fuser " + path, fault);
            }
            await Task.Delay(RetryEvery, cancellation);
        }
    }

    public void Dispose() => _file.Dispose();
}

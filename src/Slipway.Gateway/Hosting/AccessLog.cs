using System.Globalization;

namespace Slipway.Gateway.Hosting;

/// <summary>
/// One JSON line for each request, or for a share of them, in a file. Values of queries, fields and bodies are never written; of a
/// query only its names. The file may be moved away or cut while it is written to: every line is appended to what lies there.
/// </summary>
internal sealed class AccessLog : IDisposable
{
    private readonly GatewayLog _log;
    private readonly double _share;

    /// <summary>Opens it.</summary>
    /// <param name="path">The file; made where it is missing, readable for its owner alone.</param>
    /// <param name="share">Above 0 to 1: how many of the requests are written.</param>
    /// <exception cref="IOException">It cannot be opened.</exception>
    public AccessLog(string path, double share)
    {
        var options = new FileStreamOptions { Mode = FileMode.Append, Access = FileAccess.Write, Share = FileShare.ReadWrite | FileShare.Delete, BufferSize = 0 };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        _log = new(new FileStream(path, options));
        _share = share;
    }

    /// <summary>Whether a request that begins is of the share.</summary>
    public bool TakesNext() => _share >= 1 || Random.Shared.NextDouble() < _share;

    /// <summary>Writes a request that has ended.</summary>
    public void Write(AccessEntry entry, AccessOutcome outcome)
        => _log.Info(
            "request", ("client", entry.Client), ("method", entry.Method), ("host", entry.Host), ("path", entry.Path), ("query", entry.Query),
            ("status", outcome.Status == 0 ? null : outcome.Status.ToString(CultureInfo.InvariantCulture)), ("grpcStatus", outcome.CallCode?.ToString(CultureInfo.InvariantCulture)),
            ("ms", outcome.Time.TotalMilliseconds.ToString("0.###", CultureInfo.InvariantCulture)),
            ("service", outcome.Service), ("release", outcome.Release), ("instance", outcome.Instance), ("requestId", entry.RequestId), ("trace", outcome.Trace));

    /// <summary>Writes what is queued and closes the file.</summary>
    public void Dispose() => _log.Dispose();
}

using System.Globalization;
using System.Net;
using System.Text;

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

    /// <summary>What is written of a request that begins; null for one that is not of the share.</summary>
    public AccessEntry? Begin(IPAddress? client, ReadOnlySpan<byte> method, ReadOnlySpan<byte> host, ReadOnlySpan<byte> path, ReadOnlySpan<byte> query, ReadOnlySpan<byte> requestId)
    {
        if (_share < 1 && Random.Shared.NextDouble() >= _share)
            return null;
        return new(client?.ToString(), Encoding.ASCII.GetString(method), Encoding.Latin1.GetString(host), Encoding.Latin1.GetString(path), Names(query), Encoding.ASCII.GetString(requestId));
    }

    /// <summary>Writes a request that has ended.</summary>
    /// <param name="entry">As it began.</param>
    /// <param name="status">Of the answer; 0 when there was none.</param>
    /// <param name="time">From its head to its end.</param>
    /// <param name="service">Whose route it took; null for none.</param>
    /// <param name="release">Which release was asked; null for none.</param>
    /// <param name="instance">Which instance; null for none.</param>
    public void Write(AccessEntry entry, int status, TimeSpan time, string? service, string? release, string? instance)
        => _log.Info(
            "request", ("client", entry.Client), ("method", entry.Method), ("host", entry.Host), ("path", entry.Path), ("query", entry.Query),
            ("status", status == 0 ? null : status.ToString(CultureInfo.InvariantCulture)), ("ms", time.TotalMilliseconds.ToString("0.###", CultureInfo.InvariantCulture)),
            ("service", service), ("release", release), ("instance", instance), ("requestId", entry.RequestId));

    /// <summary>Writes what is queued and closes the file.</summary>
    public void Dispose() => _log.Dispose();

    private static string? Names(ReadOnlySpan<byte> query)
    {
        if (query.Length < 2)
            return null;
        var names = new StringBuilder();
        foreach (var range in query[1..].Split((byte)'&'))
        {
            var pair = query[1..][range];
            var equals = pair.IndexOf((byte)'=');
            names.Append(names.Length > 0 ? "&" : "").Append(Encoding.Latin1.GetString(equals < 0 ? pair[..0] : pair[..equals])).Append('=');
        }
        return names.ToString();
    }
}

/// <summary>What is written of a request, as it began.</summary>
/// <param name="Client">The peer's address.</param>
/// <param name="Method">The method.</param>
/// <param name="Host">The host that it is for.</param>
/// <param name="Path">The path, without its query.</param>
/// <param name="Query">The names of the query, without their values; null for none.</param>
/// <param name="RequestId">Its id.</param>
internal sealed record AccessEntry(string? Client, string Method, string Host, string Path, string? Query, string RequestId);

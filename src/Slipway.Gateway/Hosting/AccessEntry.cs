using System.Net;
using System.Text;

namespace Slipway.Gateway.Hosting;

/// <summary>What is written of a request, as it began. Never a value of a query, field or body.</summary>
internal sealed record AccessEntry
{
    /// <summary>The peer's address.</summary>
    public required string? Client { get; init; }

    /// <summary>The method.</summary>
    public required string Method { get; init; }

    /// <summary>The host that it is for.</summary>
    public required string Host { get; init; }

    /// <summary>The path, without its query.</summary>
    public required string Path { get; init; }

    /// <summary>The names of the query, without their values; null for none.</summary>
    public required string? Query { get; init; }

    /// <summary>Its id.</summary>
    public required string RequestId { get; init; }

    /// <summary>Whether it came by TLS.</summary>
    public required bool IsSecure { get; init; }

    /// <summary>Takes it from a request's head.</summary>
    public static AccessEntry Of(
        IPAddress? client, bool isSecure, ReadOnlySpan<byte> method, ReadOnlySpan<byte> host, ReadOnlySpan<byte> path, ReadOnlySpan<byte> query, ReadOnlySpan<byte> requestId)
        => new()
        {
            Client = client?.ToString(),
            Method = Encoding.ASCII.GetString(method),
            Host = Encoding.Latin1.GetString(host),
            Path = Encoding.Latin1.GetString(path),
            Query = Names(query),
            RequestId = Encoding.ASCII.GetString(requestId),
            IsSecure = isSecure,
        };

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

/// <summary>What became of it.</summary>
/// <param name="Status">Of the answer; 0 when there was none.</param>
/// <param name="CallCode">Of a call of gRPC, its <c>grpc-status</c>; null when it is none, or ended before it said so.</param>
/// <param name="Time">From its head to its end.</param>
/// <param name="Route">The path of the route that it took; null for none.</param>
/// <param name="Service">Whose route; null for none.</param>
/// <param name="Release">Which release was asked; null for none.</param>
/// <param name="Instance">Which instance; null for none.</param>
/// <param name="Trace">The trace that it is written down in; null for none.</param>
internal sealed record AccessOutcome(int Status, int? CallCode, TimeSpan Time, string? Route, string? Service, string? Release, string? Instance, string? Trace);

using System.Runtime.InteropServices;
using System.Text;

namespace Slipway.Core.Routing;

/// <summary>
/// Finds the route of a request: an exact host before a wildcard before none, and among the routes of the best host that
/// has one, the longest path prefix on whole segments. Made once for a table, then read by any thread; a look-up
/// allocates nothing.
/// </summary>
public sealed class RouteMatcher
{
    private const int BucketCount = 256;

    private readonly HostRoutes?[] _exact = new HostRoutes?[BucketCount];
    private readonly HostRoutes?[] _wildcard = new HostRoutes?[BucketCount];
    private readonly HostRoutes _any = new([]);

    /// <summary>Prepares the routes of a table that <see cref="RouteTableRules"/> found no fault with.</summary>
    public RouteMatcher(RouteTable table)
    {
        for (var service = 0; service < table.Services.Length; service++)
        {
            var routes = table.Services[service].Routes;
            for (var route = 0; route < routes.Length; route++)
                HostOf(routes[route].Host).Add(new(Prefix(routes[route].Path), service, route));
        }
    }

    /// <summary>Finds the route of a request; false when there is none.</summary>
    /// <param name="host">The host name without a port, in any case; empty when the request has none.</param>
    /// <param name="path">The normal path (<see cref="RequestPath"/>), without the query.</param>
    /// <param name="match">Indexes into the table's services and that service's routes.</param>
    public bool TryMatch(ReadOnlySpan<byte> host, ReadOnlySpan<byte> path, out RouteMatch match)
    {
        if (host is [.., (byte)'.'])
            host = host[..^1];
        if (!host.IsEmpty && host.Length <= 255)
        {
            Span<byte> lower = stackalloc byte[host.Length];
            for (var i = 0; i < host.Length; i++)
                lower[i] = host[i] is >= (byte)'A' and <= (byte)'Z' ? (byte)(host[i] | 0x20) : host[i];
            if (Find(_exact, lower) is { } exact && exact.TryMatch(path, out match))
                return true;
            var dot = lower.IndexOf((byte)'.');
            if (dot > 0 && Find(_wildcard, lower[(dot + 1)..]) is { } wildcard && wildcard.TryMatch(path, out match))
                return true;
        }
        return _any.TryMatch(path, out match);
    }

    /// <summary>The same look-up for text, as plans and tests have it.</summary>
    public bool TryMatch(string host, string path, out RouteMatch match)
        => TryMatch(Encoding.ASCII.GetBytes(host), Encoding.ASCII.GetBytes(path), out match);

    private HostRoutes HostOf(string? host)
    {
        if (host is null)
            return _any;
        var isWildcard = host.StartsWith("*.", StringComparison.Ordinal);
        var name = Encoding.ASCII.GetBytes((isWildcard ? host[2..] : host).ToLowerInvariant());
        var buckets = isWildcard ? _wildcard : _exact;
        if (Find(buckets, name) is { } known)
            return known;
        var bucket = BucketOf(name);
        return buckets[bucket] = new(name) { Next = buckets[bucket] };
    }

    private static HostRoutes? Find(HostRoutes?[] buckets, ReadOnlySpan<byte> name)
    {
        var entry = buckets[BucketOf(name)];
        while (entry is not null && !name.SequenceEqual(entry.Name))
            entry = entry.Next;
        return entry;
    }

    private static int BucketOf(ReadOnlySpan<byte> name)
    {
        // FNV-1a; spread is all that is asked of it, since the names come from the table's owner.
        var hash = 2166136261u;
        foreach (var c in name)
            hash = (hash ^ c) * 16777619u;
        return (int)(hash % BucketCount);
    }

    /// <summary>A prefix is kept without its last slash, so that <c>/api/</c> and <c>/api</c> are the same one.</summary>
    private static byte[] Prefix(string path) => Encoding.ASCII.GetBytes(path.TrimEnd('/'));

    private sealed record PathRoute(byte[] Prefix, int Service, int Route);

    private sealed class HostRoutes(byte[] name)
    {
        private PathRoute[] _longestFirst = [];

        public byte[] Name { get; } = name;

        public HostRoutes? Next { get; init; }

        public void Add(PathRoute route)
        {
            var at = 0;
            while (at < _longestFirst.Length && _longestFirst[at].Prefix.Length >= route.Prefix.Length)
                at++;
            _longestFirst = [.. _longestFirst[..at], route, .. _longestFirst[at..]];
        }

        public bool TryMatch(ReadOnlySpan<byte> path, out RouteMatch match)
        {
            foreach (var route in _longestFirst)
            {
                var length = route.Prefix.Length;
                if (path.StartsWith(route.Prefix) && (path.Length == length || path[length] == '/'))
                {
                    match = new(route.Service, route.Route, length);
                    return true;
                }
            }
            match = default;
            return false;
        }
    }
}

/// <summary>Which route a request takes.</summary>
/// <param name="Service">The index of the service in the table.</param>
/// <param name="Route">The index of the route in that service.</param>
/// <param name="PrefixLength">How much of the path the prefix covers, in bytes; 0 for <c>/</c>.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct RouteMatch(int Service, int Route, int PrefixLength);

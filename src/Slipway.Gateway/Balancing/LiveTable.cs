using Slipway.Core.Routing;

namespace Slipway.Gateway.Balancing;

/// <summary>A route table made ready for requests. It never changes; another takes its place.</summary>
internal sealed class LiveTable
{
    private readonly RouteMatcher _matcher;
    private readonly LiveService[] _services;
    private readonly TaskCompletionSource _replaced = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Makes one ready.</summary>
    public LiveTable(RouteTable table, LiveService[] services)
    {
        Table = table;
        _services = services;
        _matcher = new(table);
    }

    /// <summary>The table that it was made from.</summary>
    public RouteTable Table { get; }

    /// <summary>Its services, in the table's order.</summary>
    public ReadOnlySpan<LiveService> Services => _services;

    /// <summary>Requests that wait for an instance which can take more.</summary>
    public int Waiting => _services.Sum(static service => service.Waiting);

    /// <summary>Completes when another table has taken its place.</summary>
    public Task Replaced => _replaced.Task;

    /// <summary>Finds the service and the route of a request.</summary>
    public bool TryMatch(
        ReadOnlySpan<byte> host, ReadOnlySpan<byte> path, out LiveService service, out LiveRoute route, out int prefixLength)
    {
        if (!_matcher.TryMatch(host, path, out var match))
        {
            (service, route, prefixLength) = (null!, null!, 0);
            return false;
        }
        service = _services[match.Service];
        route = service.Routes[match.Route];
        prefixLength = match.PrefixLength;
        return true;
    }

    /// <summary>Says that another has taken its place.</summary>
    public void SetReplaced() => _replaced.TrySetResult();
}

using System.Collections.Immutable;
using System.Net;
using System.Text;
using Slipway.Core.Manifests;

namespace Slipway.Core.Routing;

/// <summary>What a route table must be before a gateway takes it. A table is judged whole, and every fault is told at once.</summary>
public static class RouteTableRules
{
    /// <summary>The highest weight of a release.</summary>
    public const int WeightMax = 1_000_000;

    private const int CountMax = 100_000;

    private static readonly TimeSpan s_waitMax = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan s_slowStartMax = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan s_holdMax = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan s_responseTimeoutMax = TimeSpan.FromDays(1);

    /// <summary>Everything that is wrong with a table; empty when a gateway can take it.</summary>
    public static ImmutableArray<RouteTableFault> Validate(RouteTable table)
    {
        var faults = ImmutableArray.CreateBuilder<RouteTableFault>();
        if (table.Version < 1)
            faults.Add(new("version", "A version is 1 or higher."));
        if (table.Fence < 0)
            faults.Add(new("fence", "A fencing token is 0 or higher."));
        if (table.Services.IsDefault)
        {
            faults.Add(new("services", "The list of services is missing."));
            return faults.ToImmutable();
        }
        var seen = new Seen([], [], [], []);
        for (var i = 0; i < table.Services.Length; i++)
            CheckService(table.Services[i], $"services[{i}]", seen, faults);
        return faults.ToImmutable();
    }

    /// <summary>Whether a host of a route is a DNS name, an IP address, or <c>*.</c> before a DNS name.</summary>
    public static bool IsHost(string host)
    {
        var name = host.StartsWith("*.", StringComparison.Ordinal) ? host[2..] : host;
        if (name.Length is 0 or > 253)
            return false;
        if (name[0] == '[')
            return name[^1] == ']' && IPAddress.TryParse(name, out _);
        foreach (var label in name.Split('.'))
        {
            if (label.Length is 0 or > 63 || label[0] == '-' || label[^1] == '-')
                return false;
            foreach (var c in label)
            {
                if (!char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_'))
                    return false;
            }
        }
        return true;
    }

    private static void CheckService(
        RoutedService? service, string at, Seen seen, ImmutableArray<RouteTableFault>.Builder faults)
    {
        if (service is null)
        {
            faults.Add(new(at, "The service is missing."));
            return;
        }
        if (service.Service == default)
            faults.Add(new($"{at}.service", "The name of the service is missing."));
        else if (!seen.Services.Add(service.Service))
            faults.Add(new($"{at}.service", $"The service {service.Service} stands twice in the table."));
        if (service.Routes.IsDefaultOrEmpty)
            faults.Add(new($"{at}.routes", "A routed service has at least one route."));
        else
        {
            for (var i = 0; i < service.Routes.Length; i++)
                CheckRoute(service.Routes[i], $"{at}.routes[{i}]", seen, faults);
        }
        if (service.Releases.IsDefault)
        {
            faults.Add(new($"{at}.releases", "The list of releases is missing."));
            return;
        }
        var releases = new HashSet<ReleaseId>();
        for (var i = 0; i < service.Releases.Length; i++)
            CheckRelease(service.Releases[i], $"{at}.releases[{i}]", releases, seen, faults);
    }

    private static void CheckRoute(Route? route, string at, Seen seen, ImmutableArray<RouteTableFault>.Builder faults)
    {
        if (route is null)
        {
            faults.Add(new(at, "The route is missing."));
            return;
        }
        if (route.Host is { } host && !IsHost(host))
            faults.Add(new($"{at}.host", "A host is a DNS name, an IP address, or *. before a DNS name."));
        if (!IsPrefix(route.Path))
            faults.Add(new($"{at}.path", "A path starts with / and is in its normal form: no query, no dot segments, no needless escapes."));
        else if (!seen.Routes.Add($"{route.Host?.ToLowerInvariant()} {route.Path.TrimEnd('/')}"))
            faults.Add(new(at, $"The route {route.Host}{route.Path} stands twice in the table."));
        if (route.Hold < TimeSpan.Zero || route.Hold > s_holdMax)
            faults.Add(new($"{at}.hold", "A hold is 0 to 10 minutes."));
        if (route.ResponseTimeout <= TimeSpan.Zero || route.ResponseTimeout > s_responseTimeoutMax)
            faults.Add(new($"{at}.responseTimeout", "A response timeout is longer than 0 and at most a day."));
        if (!Enum.IsDefined(route.Priority))
            faults.Add(new($"{at}.priority", "A priority is normal, high or low."));
        if (route.Protection is { } protection)
            RouteProtectionRules.Check(protection, $"{at}.protection", faults);
    }

    private static void CheckRelease(
        RoutedRelease? release, string at, HashSet<ReleaseId> releases, Seen seen,
        ImmutableArray<RouteTableFault>.Builder faults)
    {
        if (release is null)
        {
            faults.Add(new(at, "The release is missing."));
            return;
        }
        if (release.Release == default)
            faults.Add(new($"{at}.release", "The id of the release is missing."));
        else if (!releases.Add(release.Release))
            faults.Add(new($"{at}.release", $"The release {release.Release} stands twice in its service."));
        if (release.Weight is < 0 or > WeightMax)
            faults.Add(new($"{at}.weight", "A weight is 0 to 1,000,000."));
        if (release.Load is { } load && (load.InFlight is < 1 or > CountMax || load.Queue is < 0 or > CountMax || load.Wait < TimeSpan.Zero || load.Wait > s_waitMax || load.SlowStart < TimeSpan.Zero || load.SlowStart > s_slowStartMax))
            faults.Add(new($"{at}.load", "An instance works on 1 to 100,000 requests at once, 0 to 100,000 wait for 0 to 1 minute, and a slow start takes 0 to 10 minutes."));
        if (release.Endpoints.IsDefault)
        {
            faults.Add(new($"{at}.endpoints", "The list of endpoints is missing."));
            return;
        }
        for (var i = 0; i < release.Endpoints.Length; i++)
            CheckEndpoint(release.Endpoints[i], $"{at}.endpoints[{i}]", seen, faults);
    }

    private static void CheckEndpoint(
        Endpoint? endpoint, string at, Seen seen, ImmutableArray<RouteTableFault>.Builder faults)
    {
        if (endpoint is null)
        {
            faults.Add(new(at, "The endpoint is missing."));
            return;
        }
        if (endpoint.Instance == default)
            faults.Add(new($"{at}.instance", "The id of the instance is missing."));
        else if (!seen.Instances.Add(endpoint.Instance))
            faults.Add(new($"{at}.instance", $"The instance {endpoint.Instance} stands twice in the table."));
        if (endpoint.Port is < 1 or > 65535)
            faults.Add(new($"{at}.port", "A port is 1 to 65535."));
        if (!IPAddress.TryParse(endpoint.Address, out var address))
            faults.Add(new($"{at}.address", "An address is an IP address; the gateway looks up no names."));
        else if (!seen.Addresses.Add($"{address} {endpoint.Port}"))
            faults.Add(new(at, $"Two instances are said to listen on {endpoint.Address} port {endpoint.Port}."));
    }

    private static bool IsPrefix(string path)
    {
        if (!path.StartsWith('/') || path.Length > 2048)
            return false;
        foreach (var c in path)
        {
            if (c is <= ' ' or > '~' or '?' or '#')
                return false;
        }
        var bytes = Encoding.ASCII.GetBytes(path);
        var normal = new byte[bytes.Length];
        return RequestPath.TryNormalise(bytes, normal, out var length) && normal.AsSpan(0, length).SequenceEqual(bytes);
    }

    private sealed record Seen(
        HashSet<ServiceName> Services, HashSet<string> Routes, HashSet<InstanceId> Instances, HashSet<string> Addresses);
}

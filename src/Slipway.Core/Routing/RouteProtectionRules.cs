using System.Collections.Immutable;
using System.Net;
using Slipway.Core.Manifests;

namespace Slipway.Core.Routing;

/// <summary>What the protection of a route must be before a gateway takes it.</summary>
internal static class RouteProtectionRules
{
    private const int CountMax = 1_000_000;
    private const int PolicyLengthMax = 4096;
    private static readonly TimeSpan s_perMax = TimeSpan.FromDays(1);
    private static readonly TimeSpan s_hstsMax = TimeSpan.FromDays(730);

    /// <summary>Adds what is wrong.</summary>
    public static void Check(RouteProtection protection, string at, ImmutableArray<RouteTableFault>.Builder faults)
    {
        CheckNetworks(protection.Allow, $"{at}.allow", faults);
        CheckNetworks(protection.Deny, $"{at}.deny", faults);
        if (protection.Limit is { } limit)
            CheckLimit(limit, $"{at}.limit", faults);
        if (protection.Validation is { } validation)
            CheckValidation(validation, $"{at}.validation", faults);
        if (protection.Breaker is { } breaker && (breaker.After is < 1 or > 1000 || breaker.Open < TimeSpan.FromSeconds(1) || breaker.Open > TimeSpan.FromHours(1)))
            faults.Add(new($"{at}.breaker", "A breaker opens after 1 to 1000 failures, for 1 second to 1 hour."));
        if (protection.Headers is { } headers)
            CheckHeaders(headers, $"{at}.headers", faults);
        if (protection.CrossOrigin is { } cors)
            CrossOriginRules.Check(cors, $"{at}.crossOrigin", faults);
        if (protection.Callers is { } callers)
            CallerRules.Check(callers, $"{at}.callers", faults);
        if (protection.Limit?.By == LimitBy.Caller && protection.Callers is null)
            faults.Add(new($"{at}.limit.by", "A limit by caller needs callers."));
    }

    private static void CheckNetworks(string? list, string at, ImmutableArray<RouteTableFault>.Builder faults)
    {
        foreach (var network in list?.Split(',') ?? [])
        {
            if (!(network.Contains('/') ? IPNetwork.TryParse(network, out _) : IPAddress.TryParse(network, out _)))
                faults.Add(new(at, $"'{network}' is neither an IP address nor a network in CIDR notation."));
        }
    }

    private static void CheckLimit(RateLimit limit, string at, ImmutableArray<RouteTableFault>.Builder faults)
    {
        if (limit.Requests is < 1 or > CountMax || limit.Burst is < 1 or > CountMax)
            faults.Add(new(at, "Requests and burst are 1 to 1,000,000."));
        if (limit.Per < TimeSpan.FromSeconds(1) || limit.Per > s_perMax)
            faults.Add(new($"{at}.per", "The time of a limit is 1 second to 1 day."));
        if (!Enum.IsDefined(limit.By))
            faults.Add(new($"{at}.by", "A limit is by client, route, field or caller."));
        if (limit.By == LimitBy.Field && !RouteProtectionBinder.IsFieldName(limit.Field))
            faults.Add(new($"{at}.field", "A limit by field names the field: letters, digits and hyphens."));
    }

    private static void CheckValidation(RequestValidation validation, string at, ImmutableArray<RouteTableFault>.Builder faults)
    {
        if (!Enum.IsDefined(validation.Mode))
            faults.Add(new($"{at}.mode", "The mode is detect or block."));
        foreach (var name in validation.Except?.Split(',') ?? [])
        {
            if (!Enum.TryParse<ValidationException>(name, ignoreCase: true, out _))
                faults.Add(new($"{at}.except", $"There is no class of attacks '{name}'."));
        }
    }

    private static void CheckHeaders(SecurityHeaders headers, string at, ImmutableArray<RouteTableFault>.Builder faults)
    {
        if (headers.Policy is { } policy && (policy.Length > PolicyLengthMax || policy.AsSpan().ContainsAnyExceptInRange(' ', '~')))
            faults.Add(new($"{at}.policy", "A policy is visible ASCII on one line, 4096 characters at most."));
        if (headers.Hsts < TimeSpan.Zero || headers.Hsts > s_hstsMax)
            faults.Add(new($"{at}.hsts", "The time of HSTS is 0 to 730 days."));
        if (!Enum.IsDefined(headers.Frames))
            faults.Add(new($"{at}.frames", "Frames are denied, allowed to the same site, or to any."));
    }
}

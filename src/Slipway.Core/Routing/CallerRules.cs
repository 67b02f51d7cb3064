using System.Collections.Immutable;
using Slipway.Core.Manifests;

namespace Slipway.Core.Routing;

/// <summary>What may be said about those who ask.</summary>
internal static class CallerRules
{
    private const int LengthMax = 512;

    /// <summary>What is the matter with the place of keys; null for nothing.</summary>
    public static string? FaultOfKeys(string keys, bool isJwt)
    {
        if (keys.StartsWith('/') && keys.Length <= LengthMax)
            return null;
        if (!isJwt)
            return "The file of callers is not absolute, and nobody knows where the gateway runs.";
        return Uri.TryCreate(keys, UriKind.Absolute, out var uri) && keys.Length <= LengthMax && (uri.Scheme == "https" || (uri.Scheme == "http" && uri.IsLoopback)) && uri.UserInfo.Length == 0
            ? null
            : "Signing keys come from an https address, or from a file with an absolute path: what comes unprotected could be anybody's.";
    }

    /// <summary>Whether a text names a role.</summary>
    public static bool IsRole(string text) => text is { Length: > 0 and <= 128 } && !text.AsSpan().ContainsAnyExceptInRange('!', '~') && !text.Contains(',', StringComparison.Ordinal);

    /// <summary>Adds what is wrong.</summary>
    public static void Check(CallerPlan plan, string at, ImmutableArray<RouteTableFault>.Builder faults)
    {
        var isJwt = plan.By == CallerProof.Jwt;
        if (!Enum.IsDefined(plan.By))
            faults.Add(new($"{at}.by", "Callers come by jwt, key or basic."));
        if (FaultOfKeys(plan.Keys, isJwt) is { } fault)
            faults.Add(new($"{at}.keys", fault));
        if (isJwt && plan is not { Issuer.Length: > 0 and <= LengthMax, Audience.Length: > 0 and <= LengthMax, RolesClaim.Length: > 0 and <= LengthMax })
            faults.Add(new(at, "Tokens need an issuer, an audience and the claim of their roles."));
        foreach (var role in plan.Roles?.Split(',') ?? [])
        {
            if (!IsRole(role))
                faults.Add(new($"{at}.roles", $"'{role}' is no role."));
        }
        if (plan.Skew < TimeSpan.Zero || plan.Skew > TimeSpan.FromMinutes(5))
            faults.Add(new($"{at}.skew", "Clocks may differ by 0 to 5 minutes."));
    }
}

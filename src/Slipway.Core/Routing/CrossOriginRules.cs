using System.Collections.Immutable;
using Slipway.Core.Manifests;

namespace Slipway.Core.Routing;

/// <summary>What may be said about pages of other sites.</summary>
internal static class CrossOriginRules
{
    private static readonly string[] s_methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"];

    /// <summary>Whether a text is an origin as browsers write it (RFC 6454, section 6.2), one with <c>*.</c> before its host, or <c>*</c>.</summary>
    public static bool IsOrigin(string text)
    {
        if (text == "*")
            return true;
        var plain = text.Replace("://*.", "://any.", StringComparison.Ordinal);
        return Uri.TryCreate(plain, UriKind.Absolute, out var uri)
            && uri.Scheme is "http" or "https"
            && plain == (uri.IsDefaultPort ? $"{uri.Scheme}://{uri.IdnHost}" : $"{uri.Scheme}://{uri.IdnHost}:{uri.Port}");
    }

    /// <summary>Adds what is wrong.</summary>
    public static void Check(CrossOriginPlan plan, string at, ImmutableArray<RouteTableFault>.Builder faults)
    {
        foreach (var origin in plan.Origins.Split(',').Where(static origin => !IsOrigin(origin)))
            faults.Add(new($"{at}.origins", $"'{origin}' is no origin."));
        if (plan.Credentials && plan.Origins.Split(',').Contains("*"))
            faults.Add(new($"{at}.credentials", "With credentials the origins must be named."));
        foreach (var method in plan.Methods.Split(',').Where(static method => !s_methods.Contains(method)))
            faults.Add(new($"{at}.methods", $"'{method}' is no method that pages may use."));
        foreach (var name in $"{plan.Fields},{plan.Exposed}".Split(',', StringSplitOptions.RemoveEmptyEntries).Where(static name => !RouteProtectionBinder.IsFieldName(name)))
            faults.Add(new($"{at}.fields", $"'{name}' is no name of a field."));
        if (plan.Remembered < TimeSpan.Zero || plan.Remembered > TimeSpan.FromDays(1))
            faults.Add(new($"{at}.remembered", "A browser may remember for 0 to 1 day."));
    }
}

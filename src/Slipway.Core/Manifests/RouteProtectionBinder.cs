namespace Slipway.Core.Manifests;

/// <summary>Checks and fills what protects a route.</summary>
internal static class RouteProtectionBinder
{
    public static void Check(Values route, FaultList faults)
    {
        if (route["limit"] is Values limit)
        {
            var isByField = (LimitBy)(int)limit["by"]! == LimitBy.Field;
            if (isByField && !limit.Has("field"))
                faults.Error(FaultCode.Protection, limit.KeyAt("by"), "A limit by field does not say which field.", "Add it, such as: field: X-Api-Key");
            else if (!isByField && limit.Has("field"))
                faults.Error(FaultCode.Protection, limit.KeyAt("field"), "A limit names a field but is not by field.", "Write by: field, or remove it.");
            else if (isByField && !IsFieldName(limit.Text("field")!))
                faults.Error(FaultCode.Protection, limit.KeyAt("field"), $"'{limit.Text("field")}' is no name of a field.", "Use letters, digits and hyphens, 64 at most.");
        }
        if (route["headers"] is Values headers && headers.Text("csp") is { } policy && policy.AsSpan().ContainsAnyExceptInRange(' ', '~'))
            faults.Error(FaultCode.Protection, headers.KeyAt("csp"), "A Content-Security-Policy has characters that no field may have.", "Write it in ASCII on one line.");
    }

    /// <summary>Whether a text names a field, as far as limits use them.</summary>
    public static bool IsFieldName(string? name)
        => name is { Length: > 0 and <= 64 } && !name.AsSpan().ContainsAnyExcept("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_");

    public static RouteProtection? Bind(Values route)
    {
        var protection = new RouteProtection
        {
            Allow = Networks(route, "allow"),
            Deny = Networks(route, "deny"),
            Limit = route["limit"] is Values limit ? BindLimit(limit) : null,
            Validation = route["validate"] is Values validation ? BindValidation(validation) : null,
            Breaker = route["breaker"] is Values breaker ? new((int)breaker["after"]!, (TimeSpan)breaker["open"]!) : null,
            Headers = route["headers"] is Values headers ? BindHeaders(headers) : null,
        };
        return protection == RouteProtection.None ? null : protection;
    }

    private static string? Networks(Values route, string key)
        => route.Has(key) ? string.Join(',', route.List(key).Cast<string>()) : null;

    private static RateLimit BindLimit(Values values)
    {
        var requests = (int)values["requests"]!;
        return new(requests, (TimeSpan)values["per"]!, (int?)values["burst"] ?? requests, (LimitBy)(int)values["by"]!, values.Text("field"));
    }

    private static RequestValidation? BindValidation(Values values)
        => (int)values["mode"]! is var mode and > 0
            ? new((ValidationMode)(mode - 1), values.Has("except") ? string.Join(',', values.List("except").Cast<int>().Select(one => (ValidationException)one)) : null)
            : null;

    private static SecurityHeaders? BindHeaders(Values values)
        => (int)values["mode"]! == 0 ? null : new(values.Text("csp"), (TimeSpan)values["hsts"]!, (FramePolicy)(int)values["frames"]!);
}

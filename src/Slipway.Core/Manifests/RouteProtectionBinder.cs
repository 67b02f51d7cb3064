using Slipway.Core.Routing;

namespace Slipway.Core.Manifests;

/// <summary>Checks and fills what protects a route.</summary>
internal static class RouteProtectionBinder
{
    // In the order of the table's choices.
    private static readonly string[] s_methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"];

    /// <summary>Checks a route.</summary>
    public static void CheckRoute(Values route, FaultList faults)
    {
        Check(route, faults);
        if (route["limit"] is Values limit && (LimitBy)(int)limit["by"]! == LimitBy.Caller && route["auth"] is not Values)
            faults.Error(FaultCode.Protection, limit.KeyAt("by"), "A limit by caller needs callers.", "Say who may ask: auth: { by: key, keys: /etc/shop/callers }");
        if (route["cors"] is Values cors)
            CheckCors(cors, faults);
        if (route["auth"] is Values auth)
            CheckAuth(auth, faults);
    }

    /// <summary>Checks what holds for every route.</summary>
    public static void CheckForAll(Values protection, FaultList faults)
    {
        Check(protection, faults);
        if (protection["limit"] is Values limit && (LimitBy)(int)limit["by"]! == LimitBy.Caller)
            faults.Error(FaultCode.Protection, limit.KeyAt("by"), "Not every route knows its callers.", "Write by: client here, and by: caller at the routes with auth.");
    }

    private static void Check(Values route, FaultList faults)
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

    private static void CheckCors(Values cors, FaultList faults)
    {
        foreach (var origin in cors.List("origins").Cast<string>().Where(static origin => !CrossOriginRules.IsOrigin(origin)))
            faults.Error(FaultCode.Protection, cors.KeyAt("origins"), $"'{origin}' is no origin.", "Write scheme and host alone, such as https://shop.example.org.");
        foreach (var key in (string[])["fields", "expose"])
        {
            foreach (var name in cors.List(key).Cast<string>().Where(static name => !IsFieldName(name)))
                faults.Error(FaultCode.Protection, cors.KeyAt(key), $"'{name}' is no name of a field.", "Use letters, digits and hyphens, 64 at most.");
        }
        if (cors["credentials"] is true && cors.List("origins").Contains("*"))
            faults.Error(FaultCode.Protection, cors.KeyAt("credentials"), "With credentials any site could act in the name of a user.", "Name the origins, or leave credentials out.");
    }

    private static void CheckAuth(Values auth, FaultList faults)
    {
        var isJwt = (CallerProof)(int)auth["by"]! == CallerProof.Jwt;
        foreach (var key in (string[])["issuer", "audience"])
        {
            if (isJwt && !auth.Has(key))
                faults.Error(FaultCode.Protection, auth.KeyAt("by"), $"Without {key} tokens meant for others would do.", $"Add {key}, as the tokens say it.");
            else if (!isJwt && auth.Has(key))
                faults.Error(FaultCode.Protection, auth.KeyAt(key), $"Only tokens have an {key}.", "Write by: jwt, or remove it.");
        }
        if (CallerRules.FaultOfKeys(auth.Text("keys")!, isJwt) is { } fault)
            faults.Error(FaultCode.Protection, auth.KeyAt("keys"), fault, isJwt ? "Write https://id.example.org/jwks.json or /etc/shop/jwks.json." : "Write its whole path, such as /etc/shop/callers.");
        foreach (var role in auth.List("roles").Cast<string>().Where(static role => !CallerRules.IsRole(role)))
            faults.Error(FaultCode.Protection, auth.KeyAt("roles"), $"'{role}' is no role.", "Use visible ASCII without commas.");
    }

    /// <summary>Whether a text names a field, as far as limits use them.</summary>
    public static bool IsFieldName(string? name)
        => name is { Length: > 0 and <= 64 } && !name.AsSpan().ContainsAnyExcept("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_");

    /// <summary>What protects a route: what it says, and of what it leaves out what the gateway says for all; null for nothing.</summary>
    public static RouteProtection? Bind(Values route, Values? forAll)
    {
        var protection = new RouteProtection
        {
            Allow = Texts(Saying("allow"), "allow"),
            Deny = Texts(Saying("deny"), "deny"),
            Limit = Saying("limit")["limit"] is Values limit ? BindLimit(limit) : null,
            Validation = Saying("validate")["validate"] is Values validation ? BindValidation(validation) : null,
            Breaker = Saying("breaker")["breaker"] is Values breaker && (int)breaker["after"]! is var after and > 0 ? new(after, (TimeSpan)breaker["open"]!) : null,
            Headers = Saying("headers")["headers"] is Values headers ? BindHeaders(headers) : null,
            CrossOrigin = route["cors"] is Values cors ? BindCors(cors) : null,
            Callers = route["auth"] is Values auth ? BindAuth(auth) : null,
        };
        return protection == RouteProtection.None ? null : protection;

        Values Saying(string key) => forAll is null || route.Has(key) ? route : forAll;
    }

    private static string? Texts(Values values, string key)
        => values.List(key).Length > 0 ? string.Join(',', values.List(key).Cast<string>()) : null;

    private static CrossOriginPlan BindCors(Values values)
        => new(
            Texts(values, "origins")!,
            values.Has("methods") ? string.Join(',', values.List("methods").Cast<int>().Select(static one => s_methods[one])) : "GET,HEAD,POST",
            Texts(values, "fields"), Texts(values, "expose"), values["credentials"] is true, (TimeSpan)values["max_age"]!);

    private static CallerPlan BindAuth(Values values)
        => new(
            (CallerProof)(int)values["by"]!, values.Text("keys")!, values.Text("issuer"), values.Text("audience"),
            Texts(values, "roles"), values.Text("roles_claim")!, (TimeSpan)values["skew"]!);

    private static RateLimit? BindLimit(Values values)
    {
        var requests = (int)values["requests"]!;
        return requests == 0 ? null : new(requests, (TimeSpan)values["per"]!, (int?)values["burst"] ?? requests, (LimitBy)(int)values["by"]!, values.Text("field"));
    }

    private static RequestValidation? BindValidation(Values values)
        => (int)values["mode"]! is var mode and > 0
            ? new((ValidationMode)(mode - 1), values.Has("except") ? string.Join(',', values.List("except").Cast<int>().Select(one => (ValidationException)one)) : null)
            : null;

    private static SecurityHeaders? BindHeaders(Values values)
        => (int)values["mode"]! == 0 ? null : new(values.Text("csp"), (TimeSpan)values["hsts"]!, (FramePolicy)(int)values["frames"]!);
}

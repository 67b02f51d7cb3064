namespace Slipway.Core.Manifests;

/// <summary>What must hold between the keys of one service.</summary>
internal static class ServiceRules
{
    public static void Check(NamedValue service, bool onProcess, FaultList faults)
    {
        if (service.Value is not Values values)
            return;
        CheckRuns(service, values, onProcess, faults);
        CheckProbe(service.Name, values, "health", faults);
        CheckProbe(service.Name, values, "ready", faults);
        CheckProbe(service.Name, values, "startup", faults);
        foreach (var smoke in values.List("smoke").Where(one => !((Values)one).Has("steps")))
            CheckAsked(service.Name, (Values)smoke, "smoke", tcp: false, values.Has("port"), faults);
        MeasureRules.Check(service.Name, values, faults);
        var routes = values.Has("routes") ? "routes" : "route";
        if (values.Has("route") && values.Has("routes"))
            faults.Error(FaultCode.Conflict, values.KeyAt("routes"), "'route' and 'routes' are the same key and are both given.", "Move all routes under one of them.");
        if (values.List(routes).Length > 0 && !values.Has("port"))
            faults.Error(FaultCode.RouteWithoutPort, values.KeyAt(routes), $"The service '{service.Name}' has a route but no port to lead it to.", "Add the port that it listens on, such as: port: 5000");
        foreach (var route in values.List(routes))
            RouteProtectionBinder.CheckRoute((Values)route, faults);
    }

    /// <summary>The kind that is given, or the one that the name or the routes tell.</summary>
    public static ServiceKind KindOf(string name, Values values)
    {
        if (values["kind"] is int kind)
            return (ServiceKind)kind;
        var named = Array.IndexOf(ManifestShape.Kinds, name);
        if (named >= 0)
            return (ServiceKind)named;
        return values.Has("route") || values.Has("routes") ? ServiceKind.Web : ServiceKind.Worker;
    }

    private static void CheckRuns(NamedValue service, Values values, bool onProcess, FaultList faults)
    {
        var kind = KindOf(service.Name, values);
        if (!values.Has("run") && (kind != ServiceKind.Static || onProcess))
            faults.Error(FaultCode.NoRun, service.At, $"The service '{service.Name}' has no command that starts it.", kind == ServiceKind.Static ? "Add one that serves its files; the target process serves none by itself." : "Add one, such as: run: ./Shop.Api --port ${PORT}");
    }

    private static void CheckProbe(string service, Values values, string key, FaultList faults)
    {
        if (values[key] is Values probe)
            CheckAsked(service, probe, key, probe["tcp"] is true, values.Has("port"), faults);
    }

    /// <summary>A check asks one thing, and one that asks the port needs one.</summary>
    private static void CheckAsked(string service, Values check, string key, bool tcp, bool hasPort, FaultList faults)
    {
        var (path, command) = (check.Has("path"), check.Has("command"));
        var given = (path ? 1 : 0) + (command ? 1 : 0) + (tcp ? 1 : 0);
        if (given == 0)
            faults.Error(FaultCode.Missing, check.At, $"'{key}' of the service '{service}' does not say what to ask.", $"Add a path, such as: {key}: {{ path: /health }}");
        else if (given > 1)
            faults.Error(FaultCode.Conflict, check.At, $"'{key}' of the service '{service}' asks more than one thing.", "Keep one of path, command and tcp.");
        else if (!hasPort && !command)
            faults.Error(FaultCode.CheckWithoutPort, check.At, $"'{key}' of the service '{service}' asks a port, but the service has none.", "Add the port that it listens on, such as: port: 5000; or check by a command.");
        if (given == 1 && command && key == "smoke")
            CheckCommandSmoke(check, faults);
    }

    private static void CheckCommandSmoke(Values smoke, FaultList faults)
    {
        foreach (var key in (string[])["method", "body", "status"])
        {
            if (smoke.Has(key))
                faults.Error(FaultCode.Conflict, smoke.KeyAt(key), $"'{key}' is for a request, but this smoke check is a command.", "Remove it, or give a path instead of the command.");
        }
    }
}

using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace Slipway.Core.Manifests;

/// <summary>Fills one service and checks what holds between its keys.</summary>
internal static class ServiceBinder
{
    public static Service Bind(NamedValue entry, TargetKind target, FaultList faults)
    {
        var name = (ServiceName)entry.Name;
        var values = entry.Value as Values ?? ValueReader.Defaults(ManifestShape.Service, entry.At);
        var routes = BindRoutes(values, faults);
        var kind = KindOf(values, name.ToString(), routes.Length > 0);
        var port = (int?)values["port"];
        var health = new HealthBinder(name.ToString(), hasPort: values.Has("port"), faults).Bind(values);
        if (routes.Length > 0 && !values.Has("port"))
            faults.Error(FaultCode.RouteWithoutPort, values.KeyAt(values.Has("route") ? "route" : "routes"), $"The service '{name}' has a route but no port to lead it to.", "Add the port that it listens on, such as: port: 5000");
        CheckRuns(entry.At, values, kind, target, faults);
        var replicas = (ReplicaRange)values["replicas"]!;
        return new()
        {
            Name = name,
            Kind = kind,
            Folder = values.Text("folder")!,
            Inputs = Texts(values.List("inputs")),
            Build = (CommandLine?)values["build"],
            Run = (CommandLine?)values["run"],
            Dev = (CommandLine?)values["dev"],
            Port = port,
            Health = health,
            Routes = routes,
            Needs = BindNeeds(values, faults),
            Replicas = kind == ServiceKind.Job && target == TargetKind.Process ? new(0, 0) : replicas,
            Resources = BindResources(values),
            StopGrace = (TimeSpan)values["stop"]!,
            Overlap = (bool?)values["overlap"] ?? kind != ServiceKind.Scheduler,
        };
    }

    /// <summary>An array of texts from a list of them.</summary>
    public static ImmutableArray<string> Texts(object[] list)
    {
        var texts = new string[list.Length];
        for (var i = 0; i < texts.Length; i++)
            texts[i] = (string)list[i];
        return ImmutableCollectionsMarshal.AsImmutableArray(texts);
    }

    private static ServiceKind KindOf(Values values, string name, bool routed)
    {
        if (values["kind"] is int kind)
            return (ServiceKind)kind;
        var kinds = ManifestShape.Service.Keys[ManifestShape.Service.IndexOf("kind")].Choices!;
        if (Array.IndexOf(kinds, name) is var named and >= 0)
            return (ServiceKind)named;
        return routed ? ServiceKind.Web : ServiceKind.Worker;
    }

    private static void CheckRuns(Node at, Values values, ServiceKind kind, TargetKind target, FaultList faults)
    {
        if (kind == ServiceKind.Job && target == TargetKind.Process)
            faults.Warning(FaultCode.KindNotRun, values.KeyAt("kind"), $"The service '{at.Text}' is a job; the target process starts none in this version, so it is left out.", "Run it yourself, or make it a worker that waits for work.");
        if (values.Has("run") || (kind == ServiceKind.Static && target != TargetKind.Process))
            return;
        var remedy = kind == ServiceKind.Static
            ? "Add one that serves its files; the target process serves none by itself."
            : "Add one, such as: run: ./Shop.Api --port ${PORT}";
        faults.Error(FaultCode.NoRun, at, $"The service '{at.Text}' has no command that starts it.", remedy);
    }

    private static ImmutableArray<Route> BindRoutes(Values values, FaultList faults)
    {
        if (values.Has("route") && values.Has("routes"))
            faults.Error(FaultCode.Conflict, values.KeyAt("routes"), "'route' and 'routes' are the same key and are both given.", "Move all routes under one of them.");
        var list = values.List(values.Has("routes") ? "routes" : "route");
        var routes = new Route[list.Length];
        for (var i = 0; i < routes.Length; i++)
        {
            var route = (Values)list[i];
            routes[i] = new(route.Text("host"), route.Text("path")!, (bool)route["strip"]!, (bool)route["sticky"]!, (TimeSpan)route["hold"]!, (TimeSpan)route["timeout"]!);
        }
        return ImmutableCollectionsMarshal.AsImmutableArray(routes);
    }

    private static ImmutableArray<ServiceName> BindNeeds(Values values, FaultList faults)
    {
        var list = values.List("needs");
        var needs = new ServiceName[list.Length];
        for (var i = 0; i < needs.Length; i++)
        {
            needs[i] = (ServiceName)list[i];
            if (Array.IndexOf(needs, needs[i], 0, i) >= 0)
                faults.Error(FaultCode.SameName, values.ItemAt("needs", i), $"'{needs[i]}' is listed twice.", "Keep one of the two.");
        }
        return ImmutableCollectionsMarshal.AsImmutableArray(needs);
    }

    private static Resources BindResources(Values values)
    {
        if (values["resources"] is not Values resources)
            return new(null, null);
        return new((long?)resources["memory"], (double?)resources["cpu"]);
    }
}

using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace Slipway.Core.Manifests;

/// <summary>Fills one service, after every rule has held.</summary>
internal static class ServiceBinder
{
    public static Service Bind(NamedValue service, Values? protection, EnvironmentName environment)
    {
        var values = (Values)service.Value!;
        var kind = ServiceRules.KindOf(service.Name, values);
        return new()
        {
            Name = NameOf(service.Name),
            Kind = kind,
            Folder = values.Text("folder")!,
            Inputs = [.. values.List("inputs").Cast<string>()],
            Build = (CommandLine?)values["build"],
            Run = (CommandLine?)values["run"],
            Dev = (CommandLine?)values["dev"],
            Port = (int?)values["port"],
            Protocol = (ServiceProtocol)(int)values["protocol"]!,
            Health = BindHealth(values),
            Routes = [.. values.List(values.Has("routes") ? "routes" : "route").Cast<Values>().Select(route => BindRoute(route, protection))],
            Needs = NamesOf(values.List("needs")),
            Replicas = (ReplicaRange)values["replicas"]!,
            Resources = values["resources"] is Values limits ? new((long?)limits["memory"], (double?)limits["cpu"]) : new(null, null),
            StopGrace = (TimeSpan)values["stop"]!,
            Measures = MeasureBinder.Bind(values),
            Load = values["load"] is Values load ? BindLoad(load) : null,
            Overlap = (bool?)values["overlap"] ?? kind != ServiceKind.Scheduler,
            ErrorObjective = values["objective"] is Values objective ? (double?)objective["errors"] : null,
            Job = kind == ServiceKind.Job ? new((TimeSpan)values["deadline"]!, values["repeatable"] is true) : null,
            Migration = values["migrate"] is Values migration ? BindMigration(migration) : null,
            Seeds = BindSeeds(values, environment.ToString()),
        };
    }

    /// <summary>A name that has been read as one before.</summary>
    public static ServiceName NameOf(string text)
        => ServiceName.TryParse(text, out var name) ? name : throw new FormatException(text);

    /// <summary>Names that have been read as such before.</summary>
    public static ImmutableArray<ServiceName> NamesOf(object[] texts)
    {
        var names = new ServiceName[texts.Length];
        for (var i = 0; i < names.Length; i++)
            names[i] = NameOf((string)texts[i]);
        return ImmutableCollectionsMarshal.AsImmutableArray(names);
    }

    private static LoadPlan BindLoad(Values values)
        => new((int?)values["in_flight"], (int)values["queue"]!, (TimeSpan)values["wait"]!, (TimeSpan)values["slow_start"]!);

    private static Migration BindMigration(Values values)
        => new((CommandLine)values["run"]!, BindPlan(values), values["compatible"] is true);

    private static ImmutableArray<Seed>? BindSeeds(Values values, string environment)
    {
        var seeds = values.List("seed").Cast<Values>().Where(seed => MigrationRules.Names(seed).Contains(environment))
            .Select(seed => new Seed((CommandLine)seed["run"]!, BindPlan(seed))).ToImmutableArray();
        return seeds.IsEmpty ? null : seeds;
    }

    private static JobPlan BindPlan(Values values) => new((TimeSpan)values["timeout"]!, values["repeatable"] is true);

    private static Route BindRoute(Values route, Values? protection) => new(
        route.Text("host"), route.Text("path")!, (bool)route["strip"]!, (bool)route["sticky"]!, (TimeSpan)route["hold"]!, (TimeSpan)route["timeout"]!)
    {
        Protection = RouteProtectionBinder.Bind(route, protection),
        Priority = (RoutePriority)(int)route["priority"]!,
    };

    private static HealthPlan BindHealth(Values values) => new()
    {
        Startup = BindProbe(values["startup"]),
        Live = BindProbe(values["health"]),
        Ready = BindProbe(values["ready"]),
        Smoke = [.. values.List("smoke").Cast<Values>().Select(BindSmoke)],
    };

    private static Probe? BindProbe(object? value)
        => value is not Values probe ? null : new(
            BindCheck(probe, probe["tcp"] is true),
            (TimeSpan)probe["delay"]!,
            (TimeSpan)probe["period"]!,
            (TimeSpan)probe["timeout"]!,
            (int)probe["successes"]!,
            (int)probe["failures"]!);

    private static SmokeCheck BindSmoke(Values smoke)
    {
        var steps = smoke.Has("steps") ? smoke.List("steps").Cast<Values>().Select(BindStep).ToImmutableArray() : (ImmutableArray<SmokeStep>?)null;
        var check = steps is [var first, ..] ? new ProbeCheck.Http(first.Path) : BindCheck(smoke, tcp: false);
        var what = check is ProbeCheck.Command command ? command.Line.ToString() : ((ProbeCheck.Http)check).Path;
        return new(smoke.Text("name") ?? what, check, MethodOf(smoke), smoke.Text("body"), (int?)smoke["status"], smoke.Text("contains"), (TimeSpan)smoke["timeout"]!)
        {
            Steps = steps,
            Every = (TimeSpan?)smoke["every"],
        };
    }

    private static SmokeStep BindStep(Values step)
        => new(MethodOf(step), step.Text("path")!, [.. step.List("headers").Cast<string>()], step.Text("body"), (TimeSpan)step["timeout"]!)
        {
            Status = (int?)step["status"],
            Contains = step.Text("contains"),
            Expect = [.. step.List("expect").Cast<string>()],
            Capture = [.. step.List("capture").Cast<string>()],
        };

    private static string MethodOf(Values request) => request.Section.Keys[request.Section.IndexOf("method")].Choices![(int)request["method"]!];

    private static ProbeCheck BindCheck(Values check, bool tcp)
    {
        if (check["command"] is CommandLine line)
            return new ProbeCheck.Command(line);
        return tcp ? new ProbeCheck.Tcp() : new ProbeCheck.Http(check.Text("path")!);
    }
}

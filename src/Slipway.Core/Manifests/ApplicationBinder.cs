using System.Collections.Immutable;
using Slipway.Core.Settings;

namespace Slipway.Core.Manifests;

/// <summary>Fills the resolved application from the values of one environment, after every rule has held.</summary>
internal static class ApplicationBinder
{
    public static Application Bind(Values root, NamedValue[] settings, EnvironmentName environment, FaultList faults)
    {
        var target = (TargetKind)(int)root["target"]!;
        var gateway = root.Below("gateway");
        ImmutableArray<Service> services = [.. root.Map("services").Select(service => ServiceBinder.Bind(service, (Values?)gateway["protect"], environment))];
        ImmutableArray<SecretStoreDeclaration> stores = [.. root.Map("secrets").Select(SecretStoreBinder.Bind)];
        return new()
        {
            Name = ApplicationName.TryParse(root.Text("app"), out var name) ? name : default,
            Version = root.Text("version"),
            Environment = environment,
            Target = target,
            Gateway = GatewayBinder.Bind(gateway),
            Services = services,
            Backing = [.. root.Map("backing").Select(entry => new BackingService(ServiceBinder.NameOf(entry.Name), ((Values)entry.Value!).Text("image")!))],
            Settings = SettingBinder.Bind(root.Map("settings"), settings, services, stores, environment, faults),
            Relations = SettingBinder.Relations(root, faults),
            SecretStores = stores,
            Rollout = BindRollout(root.Below("rollout")),
            Gates = BindGates(root.Below("gates")),
            Guard = (TimeSpan)root["guard"]!,
        };
    }

    private static RolloutPlan BindRollout(Values values)
    {
        var strategy = (Strategy)(int)values["strategy"]!;
        var circuit = values.Below("circuit");
        return new()
        {
            Strategy = strategy,
            Steps = BindSteps(values, strategy),
            Approval = (bool)values["approval"]!,
            ApprovalDeadline = (TimeSpan)values["approval_deadline"]!,
            StartDeadline = (TimeSpan)values["start"]!,
            DrainDeadline = (TimeSpan)values["drain"]!,
            Circuit = new((int)circuit["after"]!, (TimeSpan)circuit["within"]!),
        };
    }

    private static ImmutableArray<RolloutStep> BindSteps(Values values, Strategy strategy)
    {
        var bake = (TimeSpan)values["bake"]!;
        if (strategy != Strategy.Canary)
            return [new(100, bake, false)];
        if (!values.Has("steps"))
            return [new(10, bake, false), new(50, bake, false), new(100, bake, false)];
        return [.. values.List("steps").Cast<Values>().Select(step => new RolloutStep((int)step["to"]!, (TimeSpan?)step["bake"] ?? bake, (bool)step["approve"]!))];
    }

    private static GatePlan BindGates(Values values)
    {
        var inconclusive = values.Below("inconclusive");
        return new()
        {
            ConsecutiveErrors = (int)values["consecutive"]!,
            MemoryMax = (double)values["memory"]!,
            ErrorRatioMax = (double)values["errors"]!,
            LatencyRatioMax = (double)values["latency"]!,
            LatencyFloor = (TimeSpan)values["latency_floor"]!,
            PoolMax = (double)values["pool"]!,
            ResourceMax = (double)values["resources"]!,
            Growth = (double)values["growth"]!,
            GrowthFloorBytes = (long)values["growth_floor"]!,
            LeakHorizon = (TimeSpan)values["leak"]!,
            Sustained = (TimeSpan)values["sustained"]!,
            RequestsMin = (int)values["requests"]!,
            InconclusiveDeadline = (TimeSpan)inconclusive["after"]!,
            WhenInconclusive = (InconclusiveAction)(int)inconclusive["then"]!,
            FalseAlarms = (double)values["false_alarms"]!,
            Misses = (double)values["misses"]!,
            Caution = (double)values["caution"]!,
            WarmUp = (TimeSpan)values["warm_up"]!,
        };
    }
}

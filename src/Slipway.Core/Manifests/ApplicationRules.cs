using Slipway.Core.Settings;

namespace Slipway.Core.Manifests;

/// <summary>
/// Checks what must hold between the values of one environment. It works on values, before anything is filled, so that
/// filling cannot fail and a check fills nothing.
/// </summary>
internal static class ApplicationRules
{
    public static void Check(Values root, NamedValue[] settings, string environment, string[] environments, FaultList faults)
    {
        var services = root.Map("services");
        if (services.Length == 0 && (!root.Has("services") || root.ItemAt("services", 0) is { Kind: NodeKind.Mapping, Keys.Length: 0 }))
            faults.Error(FaultCode.Missing, root.KeyAt("services"), "The application has no services.", "Add one, such as: services: { api: { run: ./Shop.Api, port: 5000 } }");
        var onProcess = (int)root["target"]! == (int)TargetKind.Process;
        foreach (var service in services)
            ServiceRules.Check(service, onProcess, faults);
        MigrationRules.Check(root, environments, faults);
        SmokeRules.Check(root, faults);
        CheckGates(root.Below("gates"), services, faults);
        NeedRules.Check(services, root.Map("backing"), faults);
        CheckRoutes(services, faults);
        GatewayBinder.Check(root.Below("gateway"), faults);
        if (root["rollout"] is Values rollout)
            CheckSteps(rollout, faults);
        SettingRules.Check(root, settings, environment, environments, faults);
    }

    private static void CheckRoutes(NamedValue[] services, FaultList faults)
    {
        var owners = new Dictionary<string, string>();
        foreach (var service in services)
        {
            if (service.Value is not Values values)
                continue;
            var key = values.Has("routes") ? "routes" : "route";
            var routes = values.List(key);
            for (var i = 0; i < routes.Length; i++)
            {
                var route = (Values)routes[i];
                var address = route.Text("host") + route.Text("path");
                if (!owners.TryAdd(address, service.Name))
                    faults.Error(FaultCode.SameRoute, values.ItemAt(key, i), owners[address] == service.Name ? $"The service '{service.Name}' has the route '{address}' twice." : $"The services '{owners[address]}' and '{service.Name}' have the same route '{address}'.", "Give each route once, to one service.");
            }
        }
    }

    private static void CheckSteps(Values rollout, FaultList faults)
    {
        if (!rollout.Has("steps"))
            return;
        var steps = rollout.List("steps");
        if ((int)rollout["strategy"]! != (int)Strategy.Canary)
        {
            faults.Warning(FaultCode.StepsUnused, rollout.KeyAt("steps"), "Only the strategy canary has steps to choose; these are not used.", "Remove them, or write: strategy: canary");
            return;
        }
        if (rollout["steps"] is not null && steps.Length == 0)
            faults.Error(FaultCode.Steps, rollout.KeyAt("steps"), "A canary needs at least one step.", "Write for example: steps: [10, 50, 100]");
        var last = 0;
        for (var i = 0; i < steps.Length; i++)
        {
            var step = (Values)steps[i];
            if (step["to"] is not int percent)
                return;
            if (percent <= last)
                faults.Error(FaultCode.Steps, step.At, $"The step {percent} does not rise above the one before, {last}.", "Write rising shares, such as: steps: [10, 50, 100]");
            if (i == steps.Length - 1 && percent != 100)
                faults.Error(FaultCode.Steps, step.At, $"The last step is {percent}, so the release would never get all of the traffic.", "End with 100, such as: steps: [10, 50, 100]");
            last = percent;
        }
    }

    // A limit that undoes at once, below the one that must last, leaves that nothing to say.
    private static void CheckGates(Values gates, NamedValue[] services, FaultList faults)
    {
        var limit = (double)gates["errors"]!;
        foreach (var service in services)
        {
            if (service.Value is Values values && values["objective"] is Values objective && (double?)objective["errors"] >= limit)
                faults.Error(FaultCode.Objective, objective.KeyAt("errors"), $"The service '{service.Name}' may fail more of its requests than 'gates: errors' lets pass, so that no verdict is possible.", "Make the objective the lower of the two.");
        }
        if ((double)gates["caution"]! is > 0 and var caution && caution <= (double)gates["false_alarms"]!)
            faults.Error(FaultCode.Caution, gates.KeyAt(gates.Has("caution") ? "caution" : "false_alarms"), "'caution' is no larger than 'false_alarms': whoever steps back on a suspicion does so long before there is proof.", "Raise 'caution', or turn it off with 0%.");
        if ((double)gates["memory"]! < (double)gates["resources"]!)
            faults.Warning(FaultCode.Gates, gates.KeyAt(gates.Has("memory") ? "memory" : "resources"), "'memory' undoes at once before 'resources' can be sustained.", "Make 'memory' the higher of the two.");
    }
}

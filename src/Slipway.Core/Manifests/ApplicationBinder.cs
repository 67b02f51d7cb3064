using System.Runtime.InteropServices;
using Slipway.Core.Settings;

namespace Slipway.Core.Manifests;

/// <summary>Fills the resolved application from the values of one environment and checks what holds between them.</summary>
internal sealed class ApplicationBinder(Manifest manifest, EnvironmentName environment, FaultList faults)
{
    /// <summary>The application; only to be used when no error was taken down on the way.</summary>
    public Application Bind(Values root, NamedValue[] settings)
    {
        var target = (TargetKind)(int)root["target"]!;
        var entries = root.Map("services");
        var services = new Service[entries.Length];
        for (var i = 0; i < entries.Length; i++)
            services[i] = ServiceBinder.Bind(entries[i], target, faults);
        if (entries.Length == 0)
            faults.Error(FaultCode.Missing, root.KeyAt("services"), "The application has no services.", "Add one, such as: services: { api: { run: ./Shop.Api, port: 5000 } }");
        var backing = BindBacking(root);
        ServiceRules.Check(entries, services, root.Map("backing"), faults);
        return new()
        {
            Name = manifest.Name,
            Version = root.Text("version"),
            Environment = environment,
            Target = target,
            Gateway = (GatewayListener)root.Below("gateway")["listen"]!,
            Services = ImmutableCollectionsMarshal.AsImmutableArray(services),
            Backing = ImmutableCollectionsMarshal.AsImmutableArray(backing),
            Settings = SettingBinder.Bind(root, settings, manifest, environment, faults),
            Rollout = RolloutBinder.BindRollout(root.Below("rollout"), faults),
            Gates = RolloutBinder.BindGates(root.Below("gates")),
            Guard = (TimeSpan)root["guard"]!,
        };
    }

    private static BackingService[] BindBacking(Values root)
    {
        var entries = root.Map("backing");
        var backing = new BackingService[entries.Length];
        for (var i = 0; i < entries.Length; i++)
            backing[i] = new((ServiceName)entries[i].Name, (entries[i].Value as Values)?.Text("image") ?? "");
        return backing;
    }
}

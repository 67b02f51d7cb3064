using System.Collections.Immutable;
using Slipway.Core.Manifests;

namespace Slipway.Targets.Processes.Instances;

/// <summary>The environment of an instance.</summary>
internal static class InstanceVariables
{
    /// <summary>The environment for one start.</summary>
    /// <param name="record">The instance.</param>
    /// <param name="environment">Where it runs.</param>
    /// <param name="variables">Its settings, secrets and build metadata.</param>
    /// <param name="work">Its own folder.</param>
    /// <param name="data">What the environment's instances share.</param>
    /// <param name="artefact">The artefact's folder; null without one.</param>
    public static ImmutableSortedDictionary<string, string> Of(
        InstanceRecord record, EnvironmentName environment, ImmutableSortedDictionary<string, string> variables, string work, string data, string? artefact)
    {
        var all = variables.ToBuilder();
        // A dump of its memory would hold its secrets; who wants one sets this as a setting.
        all.TryAdd("DOTNET_DbgEnableMiniDump", "0");
        foreach (var (name, value) in record.Development ? InheritedVariables.All() : InheritedVariables.OfProgram())
            all.TryAdd(name, value);
        if (record.Port is { } port)
            all["PORT"] = port.ToString();
        all["HOST"] = "127.0.0.1";
        all["SLIPWAY_ENVIRONMENT"] = environment.ToString();
        all["SLIPWAY_SERVICE"] = record.Service.Name.ToString();
        all["SLIPWAY_RELEASE"] = record.Release.ToString();
        all["SLIPWAY_INSTANCE"] = record.Id.ToString();
        all["SLIPWAY_WORK"] = work;
        all["SLIPWAY_DATA"] = data;
        if (artefact is not null)
            all["SLIPWAY_ARTEFACT"] = artefact;
        return all.ToImmutable();
    }
}

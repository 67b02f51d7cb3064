using System.Collections.Immutable;
using System.Globalization;
using Slipway.Core.Manifests;

namespace Slipway.Targets.Processes.Instances;

/// <summary>The environment of an instance.</summary>
internal static class InstanceVariables
{
    /// <summary>Forbids .NET's own dumps.</summary>
    public const string NoDump = "DOTNET_DbgEnableMiniDump";

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
        all.TryAdd(NoDump, "0");
        foreach (var (name, value) in record.Development ? InheritedVariables.All() : InheritedVariables.OfProgram())
            all.TryAdd(name, value);
        foreach (var (name, value) in OfPlace(record, environment, work, data, artefact))
            all[name] = value;
        return all.ToImmutable();
    }

    /// <summary>What tells an instance who and where it is; no setting can say otherwise.</summary>
    /// <param name="record">The instance.</param>
    /// <param name="environment">Where it runs.</param>
    /// <param name="work">Its own folder.</param>
    /// <param name="data">What the environment's instances share.</param>
    /// <param name="artefact">The artefact's folder; null without one.</param>
    public static IEnumerable<(string Name, string Value)> OfPlace(
        InstanceRecord record, EnvironmentName environment, string work, string data, string? artefact)
    {
        if (record.Port is { } port)
            yield return ("PORT", port.ToString());
        yield return ("HOST", "127.0.0.1");
        yield return ("SLIPWAY_ENVIRONMENT", environment.ToString());
        yield return ("SLIPWAY_SERVICE", record.Service.Name.ToString());
        yield return ("SLIPWAY_RELEASE", record.Release.ToString());
        yield return ("SLIPWAY_INSTANCE", record.Id.ToString());
        if (record.Fence is { } fence)
            yield return ("SLIPWAY_FENCE", fence.ToString(CultureInfo.InvariantCulture));
        yield return ("SLIPWAY_WORK", work);
        yield return ("SLIPWAY_DATA", data);
        if (artefact is not null)
            yield return ("SLIPWAY_ARTEFACT", artefact);
    }
}

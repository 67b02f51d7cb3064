using System.Collections.Immutable;
using Slipway.Core.Manifests;
using Slipway.Releases.Ports;
using Slipway.Targets.Processes.Instances;

namespace Slipway.Targets.Processes.Inspecting;

/// <summary>Looks whether the artefacts that instances run from are as they were built.</summary>
/// <param name="machine">Where they run.</param>
internal sealed class ArtefactLook(ProcessMachine machine)
{
    private const int NamedMax = 20;

    /// <summary>All that differs, each artefact once.</summary>
    /// <param name="records">The instances that live.</param>
    /// <param name="cancellation">Cancels.</param>
    public ImmutableArray<Deviation> Take(IEnumerable<InstanceRecord> records, CancellationToken cancellation)
        => [.. Used(records).SelectMany(used => Of(used.Key, [.. used.Select(record => record.Service.Name).Distinct()], cancellation))];

    /// <summary>Instances by the artefact that they run from.</summary>
    public static IEnumerable<IGrouping<ArtefactDigest, InstanceRecord>> Used(IEnumerable<InstanceRecord> records)
        => records.Where(record => record is { Artefact: not null, RunsFromSource: false }).GroupBy(record => record.Artefact!.Value);

    private IEnumerable<Deviation> Of(ArtefactDigest digest, ImmutableArray<ServiceName> services, CancellationToken cancellation)
    {
        var faults = machine.Proof.Faults(machine.Home.Artefact(digest), cancellation).Take(NamedMax + 1).ToList();
        if (faults.Count > NamedMax)
            faults[NamedMax] = new("files", "as they were built", $"more than {NamedMax} differ");
        ServiceName? service = services.Length == 1 ? services[0] : null;
        return faults.Select(fault => new Deviation(
            DriftAspect.Artefacts, service, null, fault.Subject, $"{fault.Declared} (artefact {digest.ToString()[..12]})", fault.Running, DriftRemedy.Rebuild));
    }
}

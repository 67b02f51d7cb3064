using Slipway.Releases.Ports;
using Slipway.Targets.Processes.Instances;

namespace Slipway.Targets.Processes.Inspecting;

/// <summary>Something of one instance that is other than it was made; see <see cref="Deviation"/>.</summary>
internal sealed record Finding(DriftAspect Aspect, string Subject, string Declared, string Running, DriftRemedy Remedy)
{
    /// <summary>The same, said of an instance.</summary>
    public Deviation Of(InstanceRecord record) => new(Aspect, record.Service.Name, record.Id, Subject, Declared, Running, Remedy);
}

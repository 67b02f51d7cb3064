using System.Collections.Immutable;
using Slipway.Core.Manifests;
using Slipway.Releases.Gates;
using Slipway.Releases.Ports;

namespace Slipway.Releases.Measures;

/// <summary>
/// What the gates that look at <c>/metrics</c> remember of a rollout. A control plane that restarts begins anew, which can
/// only delay a verdict.
/// </summary>
public sealed class MeasureBook
{
    private ImmutableArray<(ServiceName Service, ServiceMeasures Measures)>? _services;

    /// <summary>The services of the candidate that are judged by metrics.</summary>
    public ImmutableArray<(ServiceName Service, ServiceMeasures Measures)> Services => _services ?? [];

    /// <summary>Takes down what is seen now.</summary>
    public void Add(GateInput input)
    {
        _services ??=
        [
            .. input.Candidate.Services.Where(one => one.Service.Measures is not null || MetricNames.JobsOf(one.Service) is not null)
                .Select(one => (one.Service.Name, new ServiceMeasures(one.Service, input.Plan))),
        ];
        if (Services.IsEmpty)
            return;
        var instances = input.Instances.Where(one => one.Phase != InstancePhase.Stopping).ToLookup(one => one.Service);
        foreach (var (service, measures) in Services)
            measures.Add(input, instances[service]);
    }
}

using Slipway.Core.Telemetry;

namespace Slipway.Core.Manifests;

/// <summary>The metrics that a service is judged by.</summary>
public static class MetricNames
{
    /// <summary>
    /// Their names, as samples bear them: of a histogram those of its buckets. A worker with a port that says nothing is
    /// looked at for the usual names.
    /// </summary>
    public static IEnumerable<string> Of(Service service)
    {
        foreach (var metric in service.Measures?.Metrics ?? [])
        {
            foreach (var text in (string?[])[metric.Metric, metric.Whole])
            {
                if (text is not null && MetricSelector.TryParse(text, out var selector, out _))
                    yield return selector.Name;
            }
        }
        if (JobsOf(service) is not { } jobs)
            yield break;
        foreach (var text in (string[])[jobs.Processed, jobs.Failed, jobs.Retried, jobs.DeadLettered])
        {
            if (MetricSelector.TryParse(text, out var selector, out _))
                yield return selector.Name;
        }
        foreach (var text in (string[])[jobs.Queue, jobs.Work])
        {
            if (MetricSelector.TryParse(text, out var selector, out _))
                yield return selector.Name + "_bucket";
        }
    }

    /// <summary>How a service tells of its jobs: as its manifest says, or, of a worker with a port, as usual; null for others.</summary>
    public static JobMeasures? JobsOf(Service service)
        => service.Measures?.Jobs ?? (service is { Kind: ServiceKind.Worker, Port: not null } ? JobMeasures.Usual : null);
}

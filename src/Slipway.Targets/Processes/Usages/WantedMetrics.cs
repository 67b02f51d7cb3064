using System.Collections.Immutable;
using Slipway.Core.Manifests;
using Slipway.Targets.Processes.Instances;

namespace Slipway.Targets.Processes.Usages;

/// <summary>
/// Which metrics are asked of an instance: those that any release of its service names that runs beside it. So stable tells
/// of what only the candidate is judged by.
/// </summary>
internal sealed class WantedMetrics
{
    private readonly ImmutableDictionary<(string Environment, ServiceName Service), ImmutableHashSet<string>> _names;

    /// <param name="runners">All instances.</param>
    public WantedMetrics(IEnumerable<InstanceRunner> runners) => _names = runners
        .GroupBy(KeyOf)
        .ToImmutableDictionary(group => group.Key, group => group.SelectMany(runner => MetricNames.Of(runner.Record.Service)).ToImmutableHashSet(StringComparer.Ordinal));

    /// <summary>The names for one instance.</summary>
    public ImmutableHashSet<string> Of(InstanceRunner runner) => _names[KeyOf(runner)];

    private static (string Environment, ServiceName Service) KeyOf(InstanceRunner runner)
        => (Path.GetDirectoryName(runner.Folder.Path) ?? "", runner.Record.Service.Name);
}

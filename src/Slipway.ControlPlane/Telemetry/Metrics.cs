using System.Globalization;
using System.Text;
using Slipway.ControlPlane.Hosting;
using Slipway.Core.Api;
using Slipway.Releases;
using Slipway.Releases.Journals;

namespace Slipway.ControlPlane.Telemetry;

/// <summary>What the control plane counts, for Prometheus.</summary>
/// <param name="engine">Knows the rollouts and the instances.</param>
/// <param name="journal">Knows the records.</param>
internal sealed class Metrics(ReleaseEngine engine, Journal journal)
{
    private static readonly string[] Outcomes = ["promoted", "rolled-back", "aborted", "failed"];

    /// <summary>All of it, in Prometheus' text format.</summary>
    public string Write()
    {
        var text = new StringBuilder();
        Head(text, "slipway_control_plane_info", "gauge", "The control plane's version.");
        Line(text, $"slipway_control_plane_info{{version=\"{ControlPlaneIdentity.Version}\"}}", 1);
        Head(text, "slipway_journal_records_total", "counter", "Records in the journal.");
        Line(text, "slipway_journal_records_total", journal.LastSequence);
        var environments = engine.Environments.Select(name => (Name: name, View: engine.Snapshot(name))).ToArray();
        Head(text, "slipway_rollouts_total", "counter", "Rollouts that ended, by outcome.");
        foreach (var (name, _) in environments)
            WriteRollouts(text, name, engine.History(name, int.MaxValue));
        Head(text, "slipway_instances", "gauge", "Instances, by phase.");
        foreach (var (name, view) in environments)
            WriteInstances(text, name, view?.Instances ?? []);
        Head(text, "slipway_drift_findings", "gauge", "Things that run otherwise than the live release says, as of the last look.");
        foreach (var (name, view) in environments)
            Line(text, $"slipway_drift_findings{{environment=\"{name}\"}}", view?.Drift.Count ?? 0);
        return text.ToString();
    }

    /// <summary>One line for each outcome, those that never came included: a counter that is missing cannot be compared.</summary>
    internal static void WriteRollouts(StringBuilder text, EnvironmentName environment, IReadOnlyList<RolloutView> rollouts)
    {
        foreach (var outcome in Outcomes)
        {
            var count = rollouts.Count(rollout => rollout.Outcome == outcome);
            Line(text, $"slipway_rollouts_total{{environment=\"{environment}\",outcome=\"{outcome}\"}}", count);
        }
    }

    /// <summary>One line for each service, release and phase that has instances.</summary>
    internal static void WriteInstances(StringBuilder text, EnvironmentName environment, IReadOnlyList<InstanceView> instances)
    {
        foreach (var group in instances.GroupBy(instance => (instance.Service, instance.Release, instance.Phase)))
        {
            var (service, release, phase) = group.Key;
            var labels = $"environment=\"{environment}\",service=\"{service}\",release=\"{release}\",phase=\"{phase}\"";
            Line(text, $"slipway_instances{{{labels}}}", group.Count());
        }
    }

    private static void Head(StringBuilder text, string name, string type, string help)
        => text.Append("# HELP ").Append(name).Append(' ').Append(help).Append("\n# TYPE ").Append(name).Append(' ').Append(type).Append('\n');

    private static void Line(StringBuilder text, string name, long value)
        => text.Append(name).Append(' ').Append(value.ToString(CultureInfo.InvariantCulture)).Append('\n');
}

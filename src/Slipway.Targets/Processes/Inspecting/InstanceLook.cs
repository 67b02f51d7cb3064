using System.Collections.Immutable;
using Slipway.Releases.Ports;
using Slipway.Targets.Artefacts;
using Slipway.Targets.Processes.Instances;
using Slipway.Targets.Processes.Limits;
using Slipway.Targets.Processes.Spawning;

namespace Slipway.Targets.Processes.Inspecting;

/// <summary>Looks closely at one instance.</summary>
/// <param name="machine">Where it runs.</param>
/// <param name="program">Looks at its program.</param>
/// <param name="manifestOf">What an artefact's folder says that it holds; null when it does not.</param>
internal sealed class InstanceLook(ProcessMachine machine, ProgramLook program, Func<string, ArtefactManifest?> manifestOf)
{
    private readonly LimitLook _limits = new(machine);
    private readonly VariableLook _variables = new(machine.Options.Secrets);

    /// <summary>What is seen; null when it has no process, or got another one meanwhile, or is being started or ended.</summary>
    public (InspectedInstance Seen, ProcessIdentity Process)? Take(InstanceRunner runner)
    {
        var record = runner.Record;
        if (!Lives(record) || runner.Process is not { } process || record.Process != process || !process.IsAlive)
            return null;
        if (ControlGroup.IsEntering(new ProcessFolder(process.Pid).Arguments ?? []))
            return null;
        var variables = VariableLook.Read(runner, record, process);
        var findings = Findings(runner, record, process, variables).ToList();
        // A number that passed to another process in the middle would have shown that one's.
        if (!process.IsAlive || runner.Process != process || !Lives(runner.Record))
            return null;
        var seen = new InspectedInstance
        {
            Id = record.Id,
            Workload = record.Workload,
            Variables = variables?.Values,
            VariablesWhole = variables?.AreWhole == true,
            Traits = InstanceTraits.Of(runner, record, process, runner.Plan.Artefact(record) is { } artefact ? manifestOf(artefact) : null),
            Deviations = [.. findings.Select(finding => finding.Of(record))],
        };
        return (seen, process);
    }

    private static bool Lives(InstanceRecord record) => record is { Stopping: false, Done: false, EndedAt: null };

    private IEnumerable<Finding> Findings(InstanceRunner runner, InstanceRecord record, ProcessIdentity process, ProcessVariables? variables)
    {
        var manifest = runner.Plan.Artefact(record) is { } artefact ? manifestOf(artefact) : null;
        var own = variables is null ? [] : _variables.Judge(runner, record, variables);
        return own
            .Concat(program.Take(runner, record, process, manifest))
            .Concat(WorkFolderLook.Take(runner, record, manifest))
            .Concat(_limits.Take(runner, record, process))
            .Concat(RecordLook.Take(runner) is { } finding ? [finding] : ImmutableArray<Finding>.Empty);
    }
}

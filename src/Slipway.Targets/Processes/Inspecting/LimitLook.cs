using Slipway.Releases.Ports;
using Slipway.Targets.Processes.Instances;
using Slipway.Targets.Processes.Limits;
using Slipway.Targets.Processes.Spawning;

namespace Slipway.Targets.Processes.Inspecting;

/// <summary>Looks whether an instance may use what it was given, no more and no less.</summary>
/// <param name="machine">Where it runs.</param>
internal sealed class LimitLook(ProcessMachine machine)
{
    /// <summary>What is other than it was set.</summary>
    /// <param name="runner">The instance.</param>
    /// <param name="record">What is known of it.</param>
    /// <param name="process">Its process.</param>
    public IEnumerable<Finding> Take(InstanceRunner runner, InstanceRecord record, ProcessIdentity process)
    {
        var folder = new ProcessFolder(process.Pid);
        if (runner.Sight.First(process) is { LeavesNoCore: true } && folder.CoreFileMax is { } most && most != "0")
            yield return new(DriftAspect.Limits, "core file size", "0", most, DriftRemedy.Mend);
        if (record.Limits is { MemoryBytes: null, CpuCores: null })
            yield break;
        if (record.Groups.IsEmpty)
        {
            // It was started while nothing could be enforced; now all of it can.
            if (machine.CanLimit)
                yield return new(DriftAspect.Limits, "limits", GroupLimit.Describe(record.Limits), "none", DriftRemedy.Replace);
            yield break;
        }
        foreach (var finding in InGroups(record, folder))
            yield return finding;
    }

    private static IEnumerable<Finding> InGroups(InstanceRecord record, ProcessFolder folder)
    {
        var group = new ControlGroup(record.Groups);
        if (group.Folders.Any(path => !Directory.Exists(path)))
        {
            yield return new(DriftAspect.Limits, "control group", GroupLimit.Describe(record.Limits), "gone", DriftRemedy.Mend);
            yield break;
        }
        foreach (var limit in group.Folders.SelectMany(path => GroupLimit.Differing(path, record.Limits)))
            yield return new(DriftAspect.Limits, limit.Subject, limit.Declared, limit.Found, DriftRemedy.Mend);
        if (folder.ControlGroups is { Length: > 0 } memberships && group.LeftBy(memberships).Any())
            yield return new(DriftAspect.Limits, "control group", GroupLimit.Describe(record.Limits), "its process was moved out of it", DriftRemedy.Mend);
    }
}

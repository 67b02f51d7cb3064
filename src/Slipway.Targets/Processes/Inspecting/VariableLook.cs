using System.Collections.Immutable;
using Slipway.Core.Settings;
using Slipway.Releases.Ports;
using Slipway.Targets.Processes.Instances;
using Slipway.Targets.Processes.Spawning;

namespace Slipway.Targets.Processes.Inspecting;

/// <summary>Reads the variables of an instance's process, and judges those that the target itself gave it.</summary>
/// <param name="secrets">What must not be shown.</param>
internal sealed class VariableLook(Redactor secrets)
{
    /// <summary>The variables of its process; null when nobody can tell which it was started with.</summary>
    public static ProcessVariables? Read(InstanceRunner runner, InstanceRecord record, ProcessIdentity process)
    {
        if (new ProcessFolder(process.Pid).Variables(ProcessVariables.BytesMax) is not { Length: > 0 } memory)
            return null;
        var read = ProcessVariables.Read(memory, $"SLIPWAY_INSTANCE={record.Id}");
        if (runner.Sight.OwnVariables(record, process, read.Values) is not { } own)
            return null;
        return own.IsEmpty ? read : new(read.Values.RemoveRange(own), AreWhole: false);
    }

    /// <summary>What is other of those that tell the instance who and where it is, and of the one that forbids dumps.</summary>
    public IEnumerable<Finding> Judge(InstanceRunner runner, InstanceRecord record, ProcessVariables variables)
    {
        foreach (var (name, value) in Given(runner, record))
        {
            var found = variables.Values.GetValueOrDefault(name);
            if (found is null ? variables.AreWhole : found != value && !(Path.IsPathRooted(found) && KernelPath.IsSame(found, value)))
                yield return new(DriftAspect.Settings, $"variable {name}", value, found is null ? "none" : secrets.Redact(found), DriftRemedy.Replace);
        }
    }

    private static IEnumerable<(string Name, string Value)> Given(InstanceRunner runner, InstanceRecord record)
    {
        // A setting may well ask for dumps, and a development command is given the environment of whoever develops.
        var forbidsDumps = !record.Development && runner.Settings?.ContainsKey(InstanceVariables.NoDump) == false;
        IEnumerable<(string, string)> place = runner.Plan.PlaceVariables(record);
        return forbidsDumps ? place.Append((InstanceVariables.NoDump, "0")) : place;
    }
}

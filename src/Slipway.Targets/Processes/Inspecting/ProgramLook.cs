using Slipway.Releases.Ports;
using Slipway.Targets.Artefacts;
using Slipway.Targets.Processes.Instances;
using Slipway.Targets.Processes.Spawning;

namespace Slipway.Targets.Processes.Inspecting;

/// <summary>Looks whether an instance still runs what it was started from.</summary>
/// <param name="artefacts">The folder of all artefacts, as the kernel calls it.</param>
internal sealed class ProgramLook(string artefacts)
{
    /// <summary>What is other than it was.</summary>
    /// <param name="runner">The instance.</param>
    /// <param name="record">What is known of it.</param>
    /// <param name="process">Its process.</param>
    /// <param name="manifest">What its artefact holds; null without one, and while that cannot be read.</param>
    public IEnumerable<Finding> Take(InstanceRunner runner, InstanceRecord record, ProcessIdentity process, ArtefactManifest? manifest)
    {
        if (runner.Plan.Artefact(record) is { } artefact)
        {
            if (Replaced(artefact, process) is { } replaced)
            {
                yield return replaced;
                yield break;
            }
            if (manifest is not null && record.ArtefactBuiltAt is { } builtAt && builtAt != manifest.BuiltAt)
            {
                yield return new(
                    DriftAspect.Artefacts, "artefact", $"built at {manifest.BuiltAt:yyyy-MM-dd HH:mm:ss} UTC", $"started from the one built at {builtAt:yyyy-MM-dd HH:mm:ss} UTC", DriftRemedy.Replace);
            }
        }
        runner.Sight.Take(record, process);
        if (runner.Sight.First(process) is { } first && ProcessSighting.Of(process) is { } now && Changed(runner, first, now) is { } changed)
            yield return changed;
    }

    /// <summary>A program within the artefacts must be the file that its own artefact has under that name.</summary>
    private Finding? Replaced(string artefact, ProcessIdentity process)
    {
        var folder = new ProcessFolder(process.Pid);
        if (folder.Program is not { } program || !program.StartsWith($"{artefacts}/", StringComparison.Ordinal))
            return null;
        var path = program[(artefacts.Length + 1)..];
        var split = path.IndexOf('/');
        if (split < 0)
            return null;
        var name = path[(split + 1)..];
        try
        {
            if (FileStamp.Read(folder.ProgramPath, follows: true) is not { } running)
                return null;
            var isOurs = path[..split] == Path.GetFileName(artefact);
            if (isOurs && FileStamp.Read(Path.Combine(artefact, name)) is { } file && file.IsSameFile(running))
                return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
        return new(DriftAspect.Artefacts, "program", $"{name} of its artefact", $"a file of the name {name} that is not there any more", DriftRemedy.Replace);
    }

    private static Finding? Changed(InstanceRunner runner, ProcessSighting first, ProcessSighting now)
    {
        if (!now.HasBegunAnewSince(first))
            return null;
        if (first.IsShell)
        {
            runner.Sight.Replace(now with { LeavesNoCore = first.LeavesNoCore });
            return null;
        }
        if (first.Program is not null && now.Program is not null && first.Program != now.Program)
            return new(DriftAspect.Artefacts, "program", first.Program, now.Program, DriftRemedy.Replace);
        return first.ArgumentsHash == now.ArgumentsHash
            ? null
            : new(DriftAspect.Artefacts, "arguments", "as it was started", "others", DriftRemedy.Replace);
    }
}

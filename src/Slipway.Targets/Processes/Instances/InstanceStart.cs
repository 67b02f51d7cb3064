using System.Collections.Immutable;
using Slipway.Core.Manifests;
using Slipway.Files;
using Slipway.Targets.Artefacts;
using Slipway.Targets.Processes.Commands;
using Slipway.Targets.Processes.Limits;
using Slipway.Targets.Processes.Spawning;

namespace Slipway.Targets.Processes.Instances;

/// <summary>Works out how an instance is started: which program, where, with which environment.</summary>
/// <param name="home">The home folder.</param>
/// <param name="environment">The environment.</param>
/// <param name="folder">The instance's folder.</param>
internal sealed class InstanceStart(HomeFolder home, EnvironmentName environment, InstanceFolder folder)
{
    /// <summary>What to start, and when the artefact was built that it is started from; null without one.</summary>
    /// <exception cref="CommandException">The command cannot be run as it is written.</exception>
    /// <exception cref="IOException">The artefact is gone or damaged, or the disk refuses.</exception>
    public (SpawnRequest Request, DateTimeOffset? BuiltAt) Request(
        InstanceRecord record, ImmutableSortedDictionary<string, string> settings, ControlGroup? group, JobRun? job = null)
    {
        var command = Command(record);
        var artefact = Artefact(record);
        var builtAt = artefact is null ? (DateTimeOffset?)null : Checked(artefact).BuiltAt;
        var work = folder.Prepare(artefact);
        PrivateFolder.Create(home.Data(environment));
        var variables = Variables(record, settings);
        var arguments = CommandTemplate.Fill(command, WithArtefact(variables, artefact));
        var program = ProgramFinder.Find(arguments[0], artefact ?? SourceFolder(record), variables.GetValueOrDefault("PATH"));
        var request = new SpawnRequest(
            program, arguments[1..], variables, RunFolder(record, artefact, work), new SpawnOutput.ToFile(folder.Output), new SpawnOutput.ToFile(folder.Error));
        request = job?.Wrap(request) ?? request;
        return (group?.Enter(request) ?? request, builtAt);
    }

    /// <summary>What to run for a check: in the instance's folder, with its settings.</summary>
    /// <exception cref="CommandException">The command cannot be run as it is written.</exception>
    public (string Program, ImmutableArray<string> Arguments, ImmutableSortedDictionary<string, string> Variables, string Folder) Check(
        InstanceRecord record, CommandLine command, ImmutableSortedDictionary<string, string> settings)
    {
        var artefact = Artefact(record);
        var variables = Variables(record, settings);
        var arguments = CommandTemplate.Fill(command, WithArtefact(variables, artefact));
        var program = ProgramFinder.Find(arguments[0], artefact ?? SourceFolder(record), variables.GetValueOrDefault("PATH"));
        return (program, arguments[1..], variables, RunFolder(record, artefact, folder.Work));
    }

    /// <summary>The environment that an instance is started with.</summary>
    public ImmutableSortedDictionary<string, string> Variables(InstanceRecord record, ImmutableSortedDictionary<string, string> settings)
        => InstanceVariables.Of(record, environment, settings, folder.Work, home.Data(environment), Artefact(record));

    /// <summary>Those of its variables that tell it who and where it is.</summary>
    public IEnumerable<(string Name, string Value)> PlaceVariables(InstanceRecord record)
        => InstanceVariables.OfPlace(record, environment, folder.Work, home.Data(environment), Artefact(record));

    /// <summary>The file that an instance is started by.</summary>
    /// <exception cref="CommandException">There is none.</exception>
    public string Program(InstanceRecord record, ImmutableSortedDictionary<string, string> settings)
    {
        var artefact = Artefact(record);
        var variables = Variables(record, settings);
        var name = CommandTemplate.Fill(new([Command(record).Arguments[0]]), WithArtefact(variables, artefact))[0];
        return ProgramFinder.Find(name, artefact ?? SourceFolder(record), variables.GetValueOrDefault("PATH"));
    }

    /// <summary>The folder of the artefact that an instance runs from; null when it runs from its source.</summary>
    public string? Artefact(InstanceRecord record)
        => record.Artefact is { } digest && !record.RunsFromSource ? home.Artefact(digest) : null;

    private static CommandLine Command(InstanceRecord record)
        => (record.Development ? record.Service.Dev : null) ?? record.Service.Run
            ?? throw new CommandException($"{record.Service.Name} has no command to run. Give it `run:`.");

    private static string SourceFolder(InstanceRecord record) => Path.GetFullPath(record.Service.Folder, record.SourceFolder);

    private static string RunFolder(InstanceRecord record, string? artefact, string work)
    {
        // Where links cannot be had, the artefact itself is the working folder.
        if (artefact is not null)
            return OperatingSystem.IsWindows() ? artefact : work;
        return SourceFolder(record);
    }

    private static ImmutableSortedDictionary<string, string> WithArtefact(ImmutableSortedDictionary<string, string> variables, string? artefact)
        => artefact is null ? variables : variables.SetItem("ARTEFACT", artefact);

    private static ArtefactManifest Checked(string artefact)
    {
        var manifest = ArtefactManifest.Load(artefact)
            ?? throw new IOException($"The artefact {Path.GetFileName(artefact)[..12]} is missing or damaged. Deploy again: it is then built anew.");
        if (manifest.FindDamage(artefact) is { } file)
            throw new IOException($"The artefact {Path.GetFileName(artefact)[..12]} is damaged: {file} is not as it was built. Deploy again: it is then built anew.");
        return manifest;
    }
}

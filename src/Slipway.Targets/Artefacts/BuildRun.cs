using System.Collections.Immutable;
using Slipway.Core.Manifests;
using Slipway.Files;
using Slipway.Releases.Ports;
using Slipway.Targets.Processes.Commands;
using Slipway.Targets.Processes.Instances;
using Slipway.Targets.Processes.Spawning;

namespace Slipway.Targets.Artefacts;

/// <summary>Runs one build command into a folder beside the artefact's, which is renamed when all of it is on disk.</summary>
/// <param name="home">The home folder.</param>
/// <param name="clock">The time.</param>
internal sealed class BuildRun(HomeFolder home, TimeProvider clock)
{
    private const int LastLinesKept = 20;

    /// <summary>Builds.</summary>
    public async Task<BuildOutcome> Run(
        ArtefactDigest digest, Service service, ImmutableArray<string> command, string sourceFolder, IProgress<string> output, CancellationToken cancellation)
    {
        PrivateFolder.Create(home.Artefacts);
        var beside = Path.Combine(home.Artefacts, $"building-{digest.ToString()[..12]}-{Guid.NewGuid():N}");
        PrivateFolder.Create(beside);
        var last = new Queue<string>();
        try
        {
            var code = await Execute(service, command, sourceFolder, beside, Note, cancellation);
            if (code != 0)
                return new BuildOutcome.Failed($"The build of {service.Name} ended with exit code {code} (`{new CommandLine(command)}`).", [.. last]);
            if (!Directory.Exists(beside) || !Directory.EnumerateFileSystemEntries(beside).Any())
                return new BuildOutcome.Failed($"The build of {service.Name} wrote nothing. Its command must write to ${{OUT}}.", [.. last]);
            Keep(digest, service, command, beside);
            return new BuildOutcome.Built(digest, Cached: false);
        }
        catch (Exception e) when (e is CommandException or SpawnException)
        {
            return new BuildOutcome.Failed($"The build of {service.Name} could not be started. {e.Message}", [.. last]);
        }
        finally
        {
            if (Directory.Exists(beside))
                Directory.Delete(beside, recursive: true);
        }

        void Note(string line)
        {
            if (last.Count == LastLinesKept)
                last.Dequeue();
            last.Enqueue(line);
            output.Report(line);
        }
    }

    private static async Task<int> Execute(
        Service service, ImmutableArray<string> command, string sourceFolder, string beside, Action<string> line, CancellationToken cancellation)
    {
        var folder = Path.GetFullPath(service.Folder, sourceFolder);
        if (!Directory.Exists(folder))
            throw new CommandException($"The folder {folder} does not exist. Correct `folder`.");
        var variables = Variables(beside);
        var arguments = CommandTemplate.Fill(new(command), variables);
        var program = ProgramFinder.Find(arguments[0], folder, variables.GetValueOrDefault("PATH"));
        return await CapturedRun.Run(program, arguments[1..], variables, folder, line, cancellation);
    }

    private static Dictionary<string, string> Variables(string beside)
    {
        var variables = InheritedVariables.All();
        variables["OUT"] = beside;
        // What a build leaves running is ended with it; so it had better not start what is only useful later.
        variables["MSBUILDDISABLENODEREUSE"] = "1";
        return variables;
    }

    private void Keep(ArtefactDigest digest, Service service, ImmutableArray<string> command, string beside)
    {
        ArtefactManifest.Of(beside, service.Name, command, clock.GetUtcNow()).Save(beside);
        FlushFiles(beside);
        var folder = home.Artefact(digest);
        if (Directory.Exists(folder))
        {
            // Damaged, or it would have been used. Instances may still run from it; what they have open stays open.
            Replace(folder, beside);
        }
        else
        {
            Directory.Move(beside, folder);
        }
        DiskFlush.Folder(home.Artefacts);
    }

    private static void Replace(string folder, string beside)
    {
        if (OperatingSystem.IsLinux() && Posix.Exchange(folder, beside))
        {
            Directory.Delete(beside, recursive: true);
            return;
        }
        var aside = $"{folder}.damaged-{Guid.NewGuid():N}";
        Directory.Move(folder, aside);
        Directory.Move(beside, folder);
        Directory.Delete(aside, recursive: true);
    }

    private static void FlushFiles(string folder)
    {
        foreach (var file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
        {
            using var handle = File.OpenHandle(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            if (!OperatingSystem.IsWindows())
                RandomAccess.FlushToDisk(handle);
        }
        DiskFlush.Folder(folder);
    }
}

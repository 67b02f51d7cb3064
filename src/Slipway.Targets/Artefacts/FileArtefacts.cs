using System.Collections.Concurrent;
using System.Collections.Immutable;
using Slipway.Core.Manifests;
using Slipway.Releases.Ports;
using Slipway.Targets.Processes.Commands;
using Slipway.Targets.Processes.Instances;

namespace Slipway.Targets.Artefacts;

/// <summary>Builds artefacts into folders of the home, named by their content address.</summary>
/// <param name="home">The home folder.</param>
/// <param name="clock">The time.</param>
public sealed class FileArtefacts(HomeFolder home, TimeProvider clock) : IArtefacts
{
    // Builds of one source folder run one after another: two of them that share a library would write the same files at once.
    private readonly ConcurrentDictionary<string, SemaphoreSlim> _turns = new(StringComparer.Ordinal);
    private readonly Lock _sync = new();
    private readonly Dictionary<ArtefactDigest, SharedBuild> _underWay = [];

    /// <inheritdoc/>
    public async Task<BuildOutcome> Build(Service service, string sourceFolder, IProgress<string> output, CancellationToken cancellation)
    {
        if (service.Build is not { } line)
            return new BuildOutcome.Failed($"{service.Name} has no build command. Give it `build:`.", []);
        try
        {
            var (command, digest) = await Address(service, line, sourceFolder, cancellation);
            if (LooksWhole(digest))
                return new BuildOutcome.Built(digest, Cached: true);
            return await Join(digest, service, command, sourceFolder, (asked, _) => LooksWhole(asked), output, cancellation);
        }
        catch (Exception e) when (e is InputException or CommandException)
        {
            return new BuildOutcome.Failed(e.Message, []);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new BuildOutcome.Failed($"{service.Name} could not be built: {e.Message.TrimEnd('.')}. Free some space or correct the permissions, and deploy again.", []);
        }
    }

    /// <inheritdoc/>
    public async Task<BuildOutcome> Restore(Service service, ArtefactDigest digest, string sourceFolder, CancellationToken cancellation)
    {
        var proof = new ArtefactProof(clock);
        bool IsWhole(ArtefactDigest asked, CancellationToken token) => proof.IsWhole(home.Artefact(asked), token);
        var name = digest.ToString()[..12];
        try
        {
            if (await Task.Run(() => IsWhole(digest, cancellation), cancellation))
                return new BuildOutcome.Built(digest, Cached: true);
            if (service.Build is not { } line)
                return new BuildOutcome.Failed($"{service.Name} has no build command, so its artefact {name} cannot be built again. Give it `build:` and deploy, or roll back.", []);
            var (command, found) = await Address(service, line, sourceFolder, cancellation);
            if (found != digest)
            {
                return new BuildOutcome.Failed(
                    $"The artefact {name} of {service.Name} cannot be built again: its source or its build command is not what it was built from any more. Deploy what is there now, or roll back.", []);
            }
            return await Join(digest, service, command, sourceFolder, IsWhole, new Progress<string>(), cancellation);
        }
        catch (Exception e) when (e is InputException or CommandException)
        {
            return new BuildOutcome.Failed(e.Message, []);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new BuildOutcome.Failed($"The artefact {name} of {service.Name} could not be built again: {e.Message.TrimEnd('.')}. Free some space or correct the permissions, and try again.", []);
        }
    }

    /// <inheritdoc/>
    public async Task<ArtefactDigest> Fingerprint(Service service, string sourceFolder, CancellationToken cancellation)
    {
        try
        {
            var command = service.Build is { } line ? CommandTemplate.Fill(line, InheritedVariables.All(), keep: "OUT") : [];
            var files = await SourceFiles.List(sourceFolder, service.Inputs, home.Path, cancellation);
            return await ContentAddress.Of(command, service.Folder, sourceFolder, files, cancellation);
        }
        catch (Exception e) when (e is InputException or CommandException or IOException or UnauthorizedAccessException)
        {
            throw new TargetException($"The inputs of {service.Name} cannot be read: {e.Message}", e);
        }
    }

    /// <inheritdoc/>
    public async Task<string> GitSha(string sourceFolder, CancellationToken cancellation)
        => await Git.Commit(sourceFolder, cancellation) ?? "unknown";

    private async Task<(ImmutableArray<string> Command, ArtefactDigest Digest)> Address(
        Service service, CommandLine line, string sourceFolder, CancellationToken cancellation)
    {
        var command = CommandTemplate.Fill(line, InheritedVariables.All(), keep: "OUT");
        var files = await SourceFiles.List(sourceFolder, service.Inputs, home.Path, cancellation);
        return (command, await ContentAddress.Of(command, service.Folder, sourceFolder, files, cancellation));
    }

    private bool LooksWhole(ArtefactDigest digest)
    {
        var folder = home.Artefact(digest);
        return ArtefactManifest.Load(folder) is { } manifest && manifest.FindDamage(folder) is null;
    }

    /// <summary>Builds, or waits for the build of the same that is under way; it is given up when nobody waits any more.</summary>
    private async Task<BuildOutcome> Join(
        ArtefactDigest digest,
        Service service,
        ImmutableArray<string> command,
        string sourceFolder,
        Func<ArtefactDigest, CancellationToken, bool> isWhole,
        IProgress<string> output,
        CancellationToken cancellation)
    {
        SharedBuild build;
        lock (_sync)
        {
            if (!_underWay.TryGetValue(digest, out build!) || !build.TryJoin(output))
            {
                build = new SharedBuild(output);
                _underWay[digest] = build;
                build.Begin(token => InTurn(digest, service, command, sourceFolder, isWhole, build, token));
            }
        }
        return await build.Wait(output, cancellation);
    }

    private async Task<BuildOutcome> InTurn(
        ArtefactDigest digest,
        Service service,
        ImmutableArray<string> command,
        string sourceFolder,
        Func<ArtefactDigest, CancellationToken, bool> isWhole,
        SharedBuild build,
        CancellationToken cancellation)
    {
        var turn = _turns.GetOrAdd(Path.GetFullPath(sourceFolder), _ => new SemaphoreSlim(1));
        await turn.WaitAsync(cancellation);
        try
        {
            if (isWhole(digest, cancellation))
                return new BuildOutcome.Built(digest, Cached: true);
            return await new BuildRun(home, clock).Run(digest, service, command, sourceFolder, build, cancellation);
        }
        finally
        {
            turn.Release();
            lock (_sync)
            {
                if (_underWay.GetValueOrDefault(digest) == build)
                    _underWay.Remove(digest);
            }
        }
    }
}

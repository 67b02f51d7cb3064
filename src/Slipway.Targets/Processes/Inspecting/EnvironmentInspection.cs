using System.Collections.Immutable;
using Slipway.Releases.Ports;
using Slipway.Targets.Artefacts;
using Slipway.Targets.Processes.Instances;
using Slipway.Targets.Processes.Spawning;

namespace Slipway.Targets.Processes.Inspecting;

/// <summary>
/// Looks closely at all that runs in an environment. What may be a moment of something that goes on by itself (an artefact
/// being put in place, a process about to go) counts only when it is seen again.
/// </summary>
/// <param name="machine">Where it runs.</param>
/// <param name="environment">The environment.</param>
/// <param name="all">Every environment of the home.</param>
internal sealed class EnvironmentInspection(ProcessMachine machine, ProcessEnvironment environment, Func<ImmutableArray<ProcessEnvironment>> all)
{
    private static readonly TimeSpan s_shortly = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan s_later = TimeSpan.FromSeconds(1);

    /// <summary>Looks.</summary>
    public async Task<TargetInspection> Run(CancellationToken cancellation)
    {
        machine.Proof.Keep(ArtefactLook.Used(Living(All())).Select(used => machine.Home.Artefact(used.Key)).ToHashSet(StringComparer.Ordinal));
        var instances = Instances(cancellation);
        var artefacts = new ArtefactLook(machine);
        var damage = artefacts.Take(Living(environment.Runners), cancellation);
        var halted = instances.Select(one => (one.Seen.Id, one.Process, How: HaltLook.Take(one.Process))).Where(one => one.How is not null).ToList();
        var (strays, folders) = (Strays(All(), cancellation), Folders());
        if (damage.IsEmpty && halted.Count == 0 && strays.IsEmpty && folders.IsEmpty)
            return new([.. instances.Select(one => one.Seen)], []);

        await Task.Delay(strays.IsEmpty && folders.IsEmpty ? s_shortly : s_later, cancellation);
        var still = halted.Where(one => HaltLook.Take(one.Process) is not null).ToDictionary(one => one.Id, one => one.How!);
        var damaged = damage.IsEmpty ? damage : [.. artefacts.Take(Living(environment.Runners), cancellation).Intersect(damage)];
        var astray = strays.IsEmpty ? strays : StraysAgain(strays, cancellation);
        var nobodys = folders.IsEmpty ? folders : [.. Folders().Intersect(folders)];
        return new(
            [.. instances.Select(one => still.TryGetValue(one.Seen.Id, out var how) ? Halted(one.Seen, how) : one.Seen)],
            [.. damaged, .. astray.Select(Deviation), .. nobodys.Select(Deviation)]);
    }

    /// <summary>The processes and folders that nobody asked for, once they have been seen twice.</summary>
    public async Task<(ImmutableArray<Stray> Strays, ImmutableArray<InstanceFolder> Folders)> Nobodys(CancellationToken cancellation)
    {
        var (strays, folders) = (Strays(All(), cancellation), Folders());
        if (strays.IsEmpty && folders.IsEmpty)
            return (strays, folders);
        await Task.Delay(s_later, cancellation);
        return (StraysAgain(strays, cancellation), [.. Folders().Intersect(folders)]);
    }

    private ImmutableArray<(InspectedInstance Seen, ProcessIdentity Process)> Instances(CancellationToken cancellation)
    {
        var manifests = new Dictionary<string, ArtefactManifest?>(StringComparer.Ordinal);
        var look = new InstanceLook(machine, new(KernelPath.Of(machine.Home.Artefacts)), Manifest);
        var seen = ImmutableArray.CreateBuilder<(InspectedInstance, ProcessIdentity)>();
        foreach (var runner in environment.Runners.OrderBy(runner => runner.Record.Id.ToString(), StringComparer.Ordinal))
        {
            cancellation.ThrowIfCancellationRequested();
            if (look.Take(runner) is { } one)
                seen.Add(one);
        }
        return seen.ToImmutable();

        ArtefactManifest? Manifest(string folder)
        {
            if (!manifests.TryGetValue(folder, out var manifest))
                manifests[folder] = manifest = Loaded(folder);
            return manifest;
        }
    }

    private static ArtefactManifest? Loaded(string folder)
    {
        try
        {
            return ArtefactManifest.Load(folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private ImmutableArray<InstanceRunner> All() => [.. all().SelectMany(one => one.Runners)];

    private static IEnumerable<InstanceRecord> Living(IEnumerable<InstanceRunner> runners)
        => runners.Select(runner => runner.Record).Where(record => record is { Stopping: false, Done: false, EndedAt: null });

    private ImmutableArray<Stray> Strays(ImmutableArray<InstanceRunner> known, CancellationToken cancellation)
    {
        if (!OperatingSystem.IsLinux())
            return [];
        var instances = machine.Home.Instances(environment.Name);
        return new StrayLook(KernelPath.Of(machine.Home.Artefacts), KernelPath.Of(instances), instances).Take(known, cancellation);
    }

    /// <summary>
    /// Those that are still there. An instance is known from before its process starts until all of it has gone, so who knows
    /// it now knew it all along.
    /// </summary>
    private ImmutableArray<Stray> StraysAgain(ImmutableArray<Stray> before, CancellationToken cancellation)
        => [.. Strays(All(), cancellation).Intersect(before)];

    private ImmutableArray<InstanceFolder> Folders() => NobodysFolders.Of(environment, machine.Home.Instances(environment.Name));

    private static InspectedInstance Halted(InspectedInstance seen, string how)
        => seen with
        {
            Deviations = seen.Deviations.Add(
                new(DriftAspect.Instances, seen.Workload.Service, seen.Id, "process", "running", how, DriftRemedy.Replace)),
        };

    private static Deviation Deviation(Stray stray)
        => new(DriftAspect.Instances, null, null, $"process {stray.Process.Pid} ({stray.Name})", "none", "nobody asked for it", DriftRemedy.Mend);

    private static Deviation Deviation(InstanceFolder folder)
        => new(DriftAspect.Instances, null, null, $"folder {Path.GetFileName(folder.Path)}", "none", "nobody knows of it", DriftRemedy.Mend);
}

using System.Diagnostics;
using Slipway.Core.Manifests;
using Slipway.Releases.Ports;
using Slipway.Targets.Artefacts;
using Slipway.Targets.Processes.Instances;
using Slipway.Targets.Processes.Spawning;

namespace Slipway.Targets.Tests.Inspecting;

/// <summary>What the tests of looks have in common with a bed.</summary>
internal static class Looking
{
    public static Task<TargetInspection> Look(this Bed bed) => bed.Target.Inspect(Bed.Local, CancellationToken.None);

    public static Task Mend(this Bed bed) => bed.Target.Mend(Bed.Local, Bed.Token, CancellationToken.None);

    /// <summary>Looks and expects nothing.</summary>
    public static async Task<TargetInspection> LookInVain(this Bed bed)
    {
        var seen = await bed.Look();
        Assert.Empty(All(seen));
        return seen;
    }

    /// <summary>Looks and expects that there is one deviation, of this kind.</summary>
    public static async Task<Deviation> LookFor(this Bed bed, DriftAspect aspect, string subject, DriftRemedy remedy)
    {
        var found = Assert.Single(All(await bed.Look()));
        Assert.Equal((aspect, subject, remedy), (found.Aspect, found.Subject, found.Remedy));
        return found;
    }

    public static IEnumerable<Deviation> All(TargetInspection seen)
        => seen.Deviations.Concat(seen.Instances.SelectMany(instance => instance.Deviations));

    /// <summary>A service whose artefact is the fixture.</summary>
    public static Service Built(params string[] more)
        => Bed.Service("api", "./slipway-fixture") with
        {
            Build = new(["sh", "-c", string.Join("; ", [$"cp -r {Path.GetDirectoryName(Bed.Fixture)}/. $OUT", "mkdir $OUT/data", "echo text > $OUT/data/text.txt", .. more])]),
            Inputs = ["source.txt"],
        };

    public static FileArtefacts Artefacts(this Bed bed) => new(bed.Home, TimeProvider.System);

    /// <summary>Builds a service and runs it; gives the one instance and its artefact's folder.</summary>
    public static async Task<(Instance Instance, string Artefact, ArtefactDigest Digest)> Run(this Bed bed, Service service)
    {
        await File.WriteAllTextAsync(Path.Combine(bed.Folder, "source.txt"), "source");
        var outcome = await bed.Artefacts().Build(service, bed.Folder, new Progress<string>(), CancellationToken.None);
        var built = outcome is BuildOutcome.Built done ? done : throw new InvalidOperationException(outcome.ToString());
        await bed.Ensure(bed.Workload(service) with { Artefact = built.Digest });
        return (await bed.UntilOne(one => one.Ready), bed.Home.Artefact(built.Digest), built.Digest);
    }

    public static InstanceFolder FolderOf(this Bed bed, Instance instance) => new(Path.Combine(bed.Home.Instances(Bed.Local), instance.Id.ToString()));

    public static int Pid(this Bed bed, Instance instance) => bed.FolderOf(instance).Load()!.Process!.Pid;

    /// <summary>Makes the fixture begin another program in its place, and waits until it has.</summary>
    public static async Task Become(this Bed bed, Instance instance, string query)
    {
        var pid = bed.Pid(instance);
        var before = ProcessRow.Read(pid)!.StackStart;
        await bed.Get(instance, $"/become?{query}");
        // The kernel tells of a program's stack a moment before it tells of its arguments and variables.
        await Bed.UntilTrue(
            () => ProcessRow.Read(pid) is { StackStart: not 0 } row && row.StackStart != before && new ProcessFolder(pid).CommandLine is { Length: > 0 },
            "it has begun another program");
    }

    /// <summary>Runs a command to its end and expects that it succeeds.</summary>
    public static async Task Command(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { UseShellExecute = false })!;
        await process.WaitForExitAsync();
        Assert.Equal(0, process.ExitCode);
    }

    /// <summary>Leaves a process that belongs to nobody: its parent ends before it does.</summary>
    public static async Task<int> Leave(this Bed bed, string folder, string mark, params string[] command)
    {
        var told = Path.Combine(bed.Folder, $"left-{Guid.NewGuid():N}");
        var start = new ProcessStartInfo("sh", ["-c", "cd \"$1\"; shift; told=$1; shift; setsid sh -c 'echo $$ > \"$0\"; exec \"$@\"' \"$told\" \"$@\" > /dev/null 2>&1 < /dev/null &", "sh", folder, told, .. command]) { UseShellExecute = false };
        if (mark.Length > 0)
            start.Environment["SLIPWAY_WORK"] = mark;
        using var process = Process.Start(start)!;
        await process.WaitForExitAsync();
        await Bed.UntilTrue(() => File.Exists(told) && File.ReadAllText(told).EndsWith('\n'), "it runs");
        var pid = int.Parse(await File.ReadAllTextAsync(told));
        await Bed.UntilTrue(() => new ProcessFolder(pid).Arguments is { } arguments && !arguments.Contains("exec \"$@\"", StringComparer.Ordinal) && arguments is not ["sh", "-c", ..], "it runs its command");
        return pid;
    }
}

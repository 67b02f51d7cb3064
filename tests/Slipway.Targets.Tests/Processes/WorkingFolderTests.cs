using System.Net;
using System.Net.Sockets;
using Slipway.Core.Manifests;
using Slipway.Releases.Ports;
using Slipway.Targets.Artefacts;
using Slipway.Targets.Processes.Instances;

namespace Slipway.Targets.Tests.Processes;

public sealed class WorkingFolderTests
{
    [Fact]
    public async Task An_instance_finds_the_artefact_by_relative_paths_and_writes_beside_it()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows runs in the artefact itself.");
        await using var bed = new Bed();
        var service = Bed.Service("job", "./run.sh", "${ARTEFACT}", "${GREETING:-none}") with
        {
            Kind = ServiceKind.Job,
            Port = null,
            Build = new(["sh", "-c", "printf '#!/bin/sh\\ncat data/text.txt; echo mine > own.txt; echo args $*; pwd' > $OUT/run.sh; chmod +x $OUT/run.sh; mkdir $OUT/data; echo from the artefact > $OUT/data/text.txt"]),
        };
        var built = (BuildOutcome.Built)await new FileArtefacts(bed.Home, TimeProvider.System).Build(service, bed.Folder, new Progress<string>(), CancellationToken.None);
        var artefact = bed.Home.Artefact(built.Digest);

        await bed.Ensure(bed.Workload(service) with { Artefact = built.Digest });
        var done = await bed.UntilOne(one => one.ExitCode == 0);

        var lines = await Lines(bed, done);
        var work = new InstanceFolder(Path.Combine(bed.Home.Instances(Bed.Local), done.Id.ToString())).Work;
        Assert.Equal(["from the artefact", $"args {artefact} none", work], lines);
        Assert.True(File.Exists(Path.Combine(work, "own.txt")));
        Assert.False(File.Exists(Path.Combine(artefact, "own.txt")));
        await bed.Target.Remove(Bed.Local, done.Release, done.Service, Bed.Token, CancellationToken.None);
        await bed.Until(all => all.IsEmpty);
        Assert.False(Directory.Exists(work));
        Assert.True(File.Exists(Path.Combine(artefact, "data", "text.txt")));
    }

    [Fact]
    public async Task A_damaged_artefact_is_not_started()
    {
        await using var bed = new Bed();
        var service = Bed.Service("api", "./program") with { Build = new(["sh", "-c", "cp /bin/true $OUT/program"]) };
        var built = (BuildOutcome.Built)await new FileArtefacts(bed.Home, TimeProvider.System).Build(service, bed.Folder, new Progress<string>(), CancellationToken.None);
        await File.WriteAllTextAsync(Path.Combine(bed.Home.Artefact(built.Digest), "program"), "other");

        await bed.Ensure(bed.Workload(service) with { Artefact = built.Digest });

        var seen = await bed.UntilOne(one => one.Trouble is not null);
        Assert.Contains("is damaged: program is not as it was built. Deploy again", seen.Trouble, StringComparison.Ordinal);
    }

    [Fact]
    public async Task For_development_the_dev_command_runs_in_the_folder_of_the_service()
    {
        await using var bed = new Bed();
        Directory.CreateDirectory(Path.Combine(bed.Folder, "web"));
        var service = Bed.Service("web", "./never") with { Folder = "web", Dev = new([Bed.Fixture]) };
        await bed.Ensure(bed.Workload(service) with { Development = true });

        var seen = await bed.UntilOne(one => one.Ready);

        Assert.Equal(Path.Combine(bed.Folder, "web"), await bed.Get(seen, "/folder"));
    }

    [Fact]
    public async Task An_instance_whose_port_was_taken_meanwhile_gets_another_one()
    {
        await using var bed = new Bed();
        var service = Bed.Service() with { Health = new() { Live = Bed.Http("/health", 50), Smoke = [] } };
        await bed.Ensure(bed.Workload(service));
        var before = await bed.UntilOne(one => one.Ready);
        await bed.Target.DisposeAsync();
        await bed.Get(before, "/exit/1");
        using var other = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        var process = new InstanceFolder(Path.Combine(bed.Home.Instances(Bed.Local), before.Id.ToString())).Load()!.Process!;
        await Bed.UntilTrue(() => !process.IsAlive, "the instance has ended");
        other.Bind(new IPEndPoint(IPAddress.Loopback, before.Port!.Value));
        other.Listen();

        await bed.Restart();
        await bed.Ensure(bed.Workload(service));

        var after = await bed.UntilOne(one => one.Ready);
        Assert.NotEqual(before.Port, after.Port);
    }

    private static async Task<List<string>> Lines(Bed bed, Instance instance)
    {
        var lines = new List<string>();
        await foreach (var line in bed.Target.Logs(new(Bed.Local, null, null, instance.Id, 100, Follow: false), CancellationToken.None))
            lines.Add(line.Text);
        return lines;
    }
}

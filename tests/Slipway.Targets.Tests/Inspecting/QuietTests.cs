using Slipway.Core.Manifests;
using Slipway.Releases.Ports;

namespace Slipway.Targets.Tests.Inspecting;

public sealed class QuietTests
{
    private const int Looks = 50;

    [Fact]
    public async Task Nothing_is_found_in_fifty_looks_while_instances_start_crash_and_end()
    {
        await using var bed = new Bed();
        var service = Looking.Built() with { Health = new() { Ready = Bed.Http("/ready", 50), Live = new(new ProbeCheck.Command(new(["sh", "-c", "sleep 0.2"])), TimeSpan.Zero, TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(10), 1, 3), Smoke = [] }, Resources = new(300L * 1024 * 1024, 1) };
        var (_, _, digest) = await bed.Run(service);
        var script = Bed.Service("worker", "sh", "-c", "sleep 0.3; EXTRA=1 exec sleep 1000") with { Port = null };
        using var over = new CancellationTokenSource();

        var busy = KeepBusy(bed, bed.Workload(service, 1, 'a', ("GREETING", "hello"), ("FIXTURE_CHILDREN", "1"), ("FIXTURE_STRAYS", "1")) with { Artefact = digest }, bed.Workload(script), over.Token);
        var seen = 0;
        for (var i = 0; i < Looks; i++)
            seen += (await bed.LookInVain()).Instances.Length;
        await over.CancelAsync();
        await busy;

        Assert.True(seen > 0);
    }

    [Fact]
    public async Task A_new_control_plane_finds_nothing_either()
    {
        await using var bed = new Bed();
        var service = Looking.Built();
        await bed.Run(service);

        await bed.Restart();

        Assert.Single((await bed.LookInVain()).Instances);
    }

    [Fact]
    public async Task A_new_control_plane_that_calls_the_home_by_another_path_finds_nothing_either()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no links for everybody.");
        await using var bed = new Bed();
        await File.WriteAllTextAsync(Path.Combine(bed.Folder, "source.txt"), "source");
        var service = Looking.Built();
        var built = (BuildOutcome.Built)await bed.Artefacts().Build(service, bed.Folder, new Progress<string>(), CancellationToken.None);
        await bed.Ensure(bed.Workload(service, 1, 'a', ("FIXTURE_STRAYS", "1")) with { Artefact = built.Digest });
        await bed.UntilOne(one => one.Ready);
        var alias = bed.Folder + "-alias";
        Directory.CreateSymbolicLink(alias, bed.Folder);

        await bed.Target.DisposeAsync();
        await using (var other = new Targets.Processes.ProcessTarget(new(new HomeFolder(Path.Combine(alias, ".slipway")))))
        {
            var seen = await other.Inspect(Bed.Local, CancellationToken.None);
            Assert.Single(seen.Instances);
            Assert.Empty(Looking.All(seen));
        }
        Directory.Delete(alias);
    }

    private static async Task KeepBusy(Bed bed, Workload api, Workload worker, CancellationToken over)
    {
        var random = new Random(7);
        while (!over.IsCancellationRequested)
        {
            await bed.Ensure(api with { Instances = random.Next(1, 4) });
            await bed.Ensure(worker with { Instances = random.Next(0, 3) });
            var all = await bed.Observe();
            if (all.FirstOrDefault(one => one is { Ready: true, Port: not null }) is { } ready)
                await Crash(bed, ready);
            if (all.Length > 0)
                await bed.Target.End(Bed.Local, all[random.Next(all.Length)].Id, Bed.Token, CancellationToken.None);
            await Task.Delay(random.Next(400), CancellationToken.None);
        }
    }

    private static async Task Crash(Bed bed, Instance instance)
    {
        try
        {
            await bed.Get(instance, "/exit/3");
        }
        catch (HttpRequestException)
        {
            // It was ending already.
        }
    }
}

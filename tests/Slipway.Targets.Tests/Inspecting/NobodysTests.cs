using Slipway.Releases.Ports;
using Slipway.Targets.Processes.Spawning;

namespace Slipway.Targets.Tests.Inspecting;

public sealed class NobodysTests
{
    [Theory]
    [InlineData("program")]
    [InlineData("mark")]
    [InlineData("script")]
    public async Task A_process_that_nobody_asked_for_is_found_and_ended(string kind)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Seen through /proc.");
        await using var bed = new Bed();
        var (_, artefact, _) = await bed.Run(Looking.Built("cp /bin/sleep $OUT/doze", "echo 'sleep 1000; true' > $OUT/nap.sh"));
        await bed.LookInVain();
        var pid = kind switch
        {
            "program" => await bed.Leave("/", "", Path.Combine(artefact, "doze"), "1000"),
            "mark" => await bed.Leave("/", Path.Combine(bed.Home.Instances(Bed.Local), "api-gone-1", "work"), "sleep", "1000"),
            _ => await bed.Leave(artefact, "", "sh", "nap.sh"),
        };

        var found = Assert.Single((await bed.Look()).Deviations);
        Assert.Equal((DriftAspect.Instances, DriftRemedy.Mend), (found.Aspect, found.Remedy));
        Assert.StartsWith($"process {pid} (", found.Subject, StringComparison.Ordinal);
        var children = ProcessRow.ReadAll().Where(row => row.Parent == pid).ToList();
        await bed.Mend();
        Assert.True(ProcessRow.Read(pid) is null or { IsZombie: true });
        // What a script ran stands there merely, and is the test's to end.
        children.ForEach(child => Posix.Kill(child.Pid, Posix.SigKill));
        await bed.LookInVain();
    }

    [Fact]
    public async Task Whoever_belongs_to_an_instance_or_merely_stands_there_is_let_be()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Seen through /proc.");
        await using var bed = new Bed();
        var (instance, artefact, _) = await bed.Run(Looking.Built());
        var folder = bed.FolderOf(instance);
        await File.WriteAllTextAsync(Path.Combine(folder.Work, "own.log"), "x");
        int[] left =
        [
            await bed.Leave(folder.Work, "", "sleep", "1000"),
            await bed.Leave(artefact, "", "tail", "-f", Path.Combine(artefact, "data", "text.txt")),
            await bed.Leave("/", "", "tail", "-f", folder.Output),
            await bed.Leave("/", folder.Work, "sleep", "1000"),
            await bed.Leave("/", Path.Combine(bed.Folder, "elsewhere", "instances", "x", "work"), "sleep", "1000"),
        ];

        await bed.LookInVain();
        await bed.Mend();

        foreach (var pid in left)
        {
            Assert.True(ProcessRow.Read(pid) is { IsZombie: false });
            Posix.Kill(pid, Posix.SigKill);
        }
    }

    [Fact]
    public async Task A_folder_of_an_instance_that_nobody_knows_is_found_and_deleted()
    {
        await using var bed = new Bed();
        await bed.Ensure(bed.Workload(Bed.Service()));
        var instance = await bed.UntilOne(one => one.Ready);
        await bed.Target.End(Bed.Local, instance.Id, Bed.Token, CancellationToken.None);
        await bed.Until(all => all.IsEmpty);
        await bed.LookInVain();
        var strange = Path.Combine(bed.Home.Instances(Bed.Local), "api-strange-1");
        Directory.CreateDirectory(strange);

        Assert.Equal("folder api-strange-1", (await bed.LookFor(DriftAspect.Instances, "folder api-strange-1", DriftRemedy.Mend)).Subject);
        await bed.Mend();

        Assert.False(Directory.Exists(strange));
        Assert.True(Directory.Exists(bed.FolderOf(instance).Path));
        await bed.LookInVain();
    }

    [Fact]
    public async Task A_control_plane_that_was_replaced_may_mend_and_end_nothing()
    {
        await using var bed = new Bed();
        await bed.Ensure(bed.Workload(Bed.Service()), token: 5);
        var instance = await bed.UntilOne(one => one.Ready);

        await Assert.ThrowsAsync<StaleFencingTokenException>(() => bed.Target.Mend(Bed.Local, new(4), CancellationToken.None));
        await Assert.ThrowsAsync<StaleFencingTokenException>(() => bed.Target.End(Bed.Local, instance.Id, new(4), CancellationToken.None));
        Assert.Single(await bed.Observe());
    }

    [Fact]
    public async Task An_instance_is_replaced_by_another_and_nobody_else_is_ended()
    {
        await using var bed = new Bed();
        await bed.Ensure(bed.Workload(Bed.Service(), 2));
        var before = await bed.Until(all => all.Length == 2 && all.All(one => one.Ready));
        var drifted = before.MinBy(one => one.StartedAt)!.Id;

        await bed.Ensure(bed.Workload(Bed.Service(), 3));
        await bed.Until(all => all.Length == 3 && all.All(one => one.Ready));
        await bed.Target.End(Bed.Local, drifted, Bed.Token, CancellationToken.None);
        await bed.Target.End(Bed.Local, drifted, Bed.Token, CancellationToken.None);
        await bed.Ensure(bed.Workload(Bed.Service(), 2));

        var after = await bed.Until(all => all.Length == 2);
        Assert.DoesNotContain(after, one => one.Id == drifted);
        Assert.All(after, one => Assert.Equal((true, 0), (one.Ready, one.Restarts)));
    }
}

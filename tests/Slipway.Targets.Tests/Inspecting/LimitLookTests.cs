using System.Collections.Immutable;
using Slipway.Core.Manifests;
using Slipway.Releases.Ports;
using Slipway.Targets.Processes.Limits;
using Slipway.Targets.Processes.Spawning;

namespace Slipway.Targets.Tests.Inspecting;

public sealed class LimitLookTests
{
    private static readonly Resources s_resources = new((200L * 1024 * 1024) + 1, 0.5);

    [Fact]
    public async Task Limits_that_were_changed_are_found_and_set_again()
    {
        await using var bed = new Bed();
        var (_, groups) = await Start(bed);
        (string File, string Value, string Subject)[] changes =
        [
            ("memory.memsw.limit_in_bytes", "536870912", "memory and swap limit"),
            ("memory.limit_in_bytes", "134217728", "memory limit"),
            ("memory.max", "134217728", "memory limit"),
            ("memory.high", "134217728", "memory throttle"),
            ("cpu.cfs_quota_us", "90000", "CPU limit"),
            ("cpu.cfs_quota_us", "-1", "CPU limit"),
            ("cpu.cfs_period_us", "200000", "CPU limit"),
            ("cpu.max", "90000 100000", "CPU limit"),
        ];
        foreach (var (file, value, subject) in changes)
        {
            if (groups.Select(group => Path.Combine(group, file)).FirstOrDefault(File.Exists) is not { } path)
                continue;
            await File.WriteAllTextAsync(path, value);
            await bed.LookFor(DriftAspect.Limits, subject, DriftRemedy.Mend);
            await bed.Mend();
            await bed.LookInVain();
        }
    }

    [Fact]
    public async Task A_process_that_was_moved_out_of_its_groups_is_found_and_brought_back()
    {
        await using var bed = new Bed();
        var (pid, groups) = await Start(bed);
        await MoveOut(pid, groups[0]);

        await bed.LookFor(DriftAspect.Limits, "control group", DriftRemedy.Mend);
        await bed.Mend();

        await bed.LookInVain();
        Assert.Contains(pid, new ControlGroup(groups).Members(groups[0]));
    }

    [Fact]
    public async Task Groups_that_have_gone_are_found_and_made_again_and_go_with_the_instance()
    {
        await using var bed = new Bed();
        var (pid, groups) = await Start(bed);
        foreach (var group in groups)
        {
            await MoveOut(pid, group);
            await Bed.UntilTrue(() => new ControlGroup([group]).TryRemove(), "the group is gone");
        }

        Assert.Equal("gone", (await bed.LookFor(DriftAspect.Limits, "control group", DriftRemedy.Mend)).Running);
        await bed.Mend();
        await bed.LookInVain();
        Assert.All(groups, group => Assert.Contains(pid, new ControlGroup(groups).Members(group)));

        await bed.Target.Remove(Bed.Local, Bed.Release(), Bed.Service().Name, Bed.Token, CancellationToken.None);
        await bed.Until(all => all.IsEmpty);
        Assert.All(groups, group => Assert.False(Directory.Exists(group)));
    }

    [Theory]
    [InlineData("memory.max", "max", "memory limit", "none")]
    [InlineData("memory.max", "104857600", "memory limit", "100 MiB")]
    [InlineData("memory.swap.max", "0", "swap limit", "0 MiB")]
    [InlineData("cpu.max", "max 100000", "CPU limit", "none")]
    [InlineData("cpu.max", "25000 50000", "CPU limit", "25 ms of every 50 ms")]
    public void Version_2_groups_are_judged_by_their_own_words(string file, string value, string subject, string found)
    {
        var folder = Directory.CreateTempSubdirectory("slipway-test-").FullName;
        File.WriteAllText(Path.Combine(folder, "memory.max"), "209715200\n");
        File.WriteAllText(Path.Combine(folder, "memory.high"), "max\n");
        File.WriteAllText(Path.Combine(folder, "memory.swap.max"), "max\n");
        File.WriteAllText(Path.Combine(folder, "cpu.max"), "50000 100000\n");
        Assert.Empty(GroupLimit.Differing(folder, s_resources));

        File.WriteAllText(Path.Combine(folder, file), value + "\n");

        var limit = Assert.Single(GroupLimit.Differing(folder, s_resources));
        Assert.Equal((subject, found), (limit.Subject, limit.Found));
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public void A_group_without_a_limit_on_processor_time_may_say_so_in_either_way()
    {
        var folder = Directory.CreateTempSubdirectory("slipway-test-").FullName;
        File.WriteAllText(Path.Combine(folder, "cpu.max"), "max 250000\n");

        Assert.Empty(GroupLimit.Differing(folder, new(1, null)));
        Directory.Delete(folder, recursive: true);
    }

    [Theory]
    [InlineData("0::/control/slipway-api-1", true)]
    [InlineData("0::/control/slipway-api-1/of-its-own", true)]
    [InlineData("0::/control", false)]
    [InlineData("0::/control/slipway-api-12", false)]
    [InlineData("4:memory:/slipway-api-1", false)]
    public void A_process_is_in_a_group_or_in_one_below(string membership, bool isWithin)
        => Assert.Equal(!isWithin, new ControlGroup(["/nowhere/control/slipway-api-1"]).LeftBy([membership]).Any());

    private static async Task<(int Pid, ImmutableArray<string> Groups)> Start(Bed bed)
    {
        Assert.SkipWhen(ControlGroups.Detect().Missing is not null, ControlGroups.Detect().Missing ?? "");
        await bed.Ensure(bed.Workload(Bed.Service() with { Resources = s_resources }));
        var instance = await bed.UntilOne(one => one.Ready);
        await bed.LookInVain();
        return (bed.Pid(instance), bed.FolderOf(instance).Load()!.Groups);
    }

    private static async Task MoveOut(int pid, string group)
    {
        foreach (var process in ProcessRow.ReadAll().Where(row => row.Session == pid))
            await File.WriteAllTextAsync(Path.Combine(Path.GetDirectoryName(group)!, "cgroup.procs"), process.Pid.ToString());
    }
}

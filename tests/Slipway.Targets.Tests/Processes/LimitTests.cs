using Slipway.Core.Manifests;
using Slipway.Releases.Ports;
using Slipway.Targets.Processes.Limits;

namespace Slipway.Targets.Tests.Processes;

public sealed class LimitTests
{
    [Fact]
    public async Task An_instance_that_takes_more_memory_than_it_may_is_killed_and_the_reason_told()
    {
        SkipWithoutControlGroups();
        await using var bed = new Bed();
        var service = Bed.Service() with { Resources = new(96L * 1024 * 1024, null) };
        await bed.Ensure(bed.Workload(service));
        var instance = await bed.UntilOne(one => one is { Ready: true, Usage: not null });
        Assert.Equal(96L * 1024 * 1024, instance.Usage!.MemoryLimitBytes);
        Assert.InRange(instance.Usage.MemoryBytes, 1024 * 1024, 96L * 1024 * 1024);

        await bed.Get(instance, "/faults?memory=400");

        var killed = await bed.UntilOne(one => one.ExitCode is not null);
        Assert.Contains("was killed by the kernel for using more than its 96 MiB of memory", killed.Trouble, StringComparison.Ordinal);
        await bed.UntilOne(one => one is { Ready: true, Restarts: 1 });
    }

    [Fact]
    public async Task The_control_groups_of_an_instance_go_with_it()
    {
        SkipWithoutControlGroups();
        await using var bed = new Bed();
        var service = Bed.Service() with { Resources = new(256L * 1024 * 1024, 0.5) };
        await bed.Ensure(bed.Workload(service));
        var instance = await bed.UntilOne(one => one.Ready);
        var groups = new Targets.Processes.Instances.InstanceFolder(Path.Combine(bed.Home.Instances(Bed.Local), instance.Id.ToString())).Load()!.Groups;
        Assert.NotEmpty(groups);
        Assert.All(groups, group => Assert.True(Directory.Exists(group)));
        Assert.NotEmpty(new ControlGroup(groups).Members());

        await bed.Restart();
        await bed.Target.RemoveOrphans(Bed.Local, [], Bed.Token, CancellationToken.None);
        await bed.Until(all => all.IsEmpty);

        Assert.All(groups, group => Assert.False(Directory.Exists(group)));
    }

    [Fact]
    public async Task What_an_instance_uses_is_measured()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Measured by /proc.");
        await using var bed = new Bed();
        await bed.Ensure(bed.Workload(Bed.Service()));

        var seen = await bed.UntilOne(one => one.Usage is { PoolRatio: not null });

        Assert.InRange(seen.Usage!.MemoryBytes, 5L * 1024 * 1024, 500L * 1024 * 1024);
        Assert.Equal(0.25, seen.Usage.PoolRatio);
        Assert.Null(seen.Usage.MemoryLimitBytes);
    }

    [Fact]
    public void Without_the_right_to_make_groups_it_is_said_plainly()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Control groups are Linux's.");
        var root = Directory.CreateTempSubdirectory("slipway-test-").FullName;

        var groups = ControlGroups.Detect(root, "4:memory:/nowhere\n1:cpu:/nowhere\n");

        Assert.StartsWith("Memory and CPU limits are not enforced", groups.Missing, StringComparison.Ordinal);
        Assert.Null(groups.Create("x", new Resources(1024, 1)));
        Directory.Delete(root, recursive: true);
    }

    [Fact]
    public void Version_2_groups_get_their_limits_in_its_own_words()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Control groups are Linux's.");
        var root = Directory.CreateTempSubdirectory("slipway-test-").FullName;
        File.WriteAllText(Path.Combine(root, "cgroup.controllers"), "cpu memory pids");
        Directory.CreateDirectory(Path.Combine(root, "slipway.service"));
        File.WriteAllText(Path.Combine(root, "slipway.service", "cgroup.subtree_control"), "cpu memory\n");

        var groups = ControlGroups.Detect(root, "0::/slipway.service\n");
        var group = groups.Create("api", new Resources(64 * 1024 * 1024, 0.5))!;

        Assert.Null(groups.Missing);
        Assert.Equal("67108864", File.ReadAllText(Path.Combine(group.Folders.Single(), "memory.max")));
        Assert.Equal("50000 100000", File.ReadAllText(Path.Combine(group.Folders.Single(), "cpu.max")));
        Directory.Delete(root, recursive: true);
    }

    [Fact]
    public async Task On_a_disk_that_is_as_good_as_full_nothing_is_started()
    {
        await using var bed = new Bed(options => options with { FreeBytesMin = long.MaxValue });

        var refused = await Assert.ThrowsAsync<TargetException>(() => bed.Ensure(bed.Workload(Bed.Service())));

        Assert.Contains("Free some space and deploy again", refused.Message, StringComparison.Ordinal);
        Assert.Empty(await bed.Observe());
    }

    private static void SkipWithoutControlGroups()
        => Assert.SkipWhen(ControlGroups.Detect().Missing is not null, ControlGroups.Detect().Missing ?? "");
}

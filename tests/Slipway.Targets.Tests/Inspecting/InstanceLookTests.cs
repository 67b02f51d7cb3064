using Slipway.Releases.Ports;
using Slipway.Targets.Processes.Spawning;

namespace Slipway.Targets.Tests.Inspecting;

public sealed class InstanceLookTests
{
    private const int SigStop = 19;
    private const int SigContinue = 18;

    [Fact]
    public async Task The_variables_that_a_process_holds_are_seen_whole()
    {
        SkipElsewhere();
        await using var bed = new Bed();
        await bed.Ensure(bed.Workload(Bed.Service(), 1, 'a', ("GREETING", "hello"), ("SECRET", "päss=word")));
        var instance = await bed.UntilOne(one => one.Ready);

        var seen = Assert.Single((await bed.LookInVain()).Instances);

        Assert.Equal((instance.Id, instance.Release, instance.Service), (seen.Id, seen.Workload.Release, seen.Workload.Service));
        Assert.True(seen.VariablesWhole);
        Assert.Equal(("hello", "päss=word"), (seen.Variables!["GREETING"], seen.Variables["SECRET"]));
    }

    [Fact]
    public async Task Variables_that_were_changed_behind_our_back_are_seen()
    {
        SkipElsewhere();
        await using var bed = new Bed();
        await bed.Ensure(bed.Workload(Bed.Service(), 1, 'a', ("GREETING", "hello"), ("COLOUR", "red")));
        var instance = await bed.UntilOne(one => one.Ready);
        await bed.Become(instance, "variable=GREETING%3Dother&without=COLOUR");

        var seen = Assert.Single((await bed.LookInVain()).Instances);

        Assert.True(seen.VariablesWhole);
        Assert.Equal("other", seen.Variables!["GREETING"]);
        Assert.False(seen.Variables.ContainsKey("COLOUR"));
    }

    [Theory]
    [InlineData("variable=PORT%3D1", "variable PORT", "1")]
    [InlineData("without=SLIPWAY_DATA", "variable SLIPWAY_DATA", "none")]
    [InlineData("variable=DOTNET_DbgEnableMiniDump%3D1", "variable DOTNET_DbgEnableMiniDump", "1")]
    public async Task Variables_that_the_target_gave_are_judged(string change, string subject, string running)
    {
        SkipElsewhere();
        await using var bed = new Bed();
        await bed.Ensure(bed.Workload(Bed.Service()));
        await bed.Become(await bed.UntilOne(one => one.Ready), change);

        Assert.Equal(running, (await bed.LookFor(DriftAspect.Settings, subject, DriftRemedy.Replace)).Running);
    }

    [Fact]
    public async Task What_a_start_script_sets_for_its_program_is_its_own_affair()
    {
        SkipElsewhere();
        await using var bed = new Bed();
        var service = Bed.Service("api", "sh", "-c", $"GREETING=mine HOST=0.0.0.0 exec {Bed.Fixture}");
        await bed.Ensure(bed.Workload(service, 1, 'a', ("GREETING", "hello"), ("COLOUR", "red")));
        var instance = await bed.UntilOne(one => one.Ready);

        var seen = Assert.Single((await bed.LookInVain()).Instances);
        Assert.False(seen.VariablesWhole);
        Assert.False(seen.Variables!.ContainsKey("GREETING"));
        Assert.Equal("red", seen.Variables["COLOUR"]);

        await bed.Become(instance, "variable=COLOUR%3Dblue");
        Assert.Equal("blue", Assert.Single((await bed.LookInVain()).Instances).Variables!["COLOUR"]);
    }

    [Fact]
    public async Task Another_program_in_the_place_of_an_instance_is_found()
    {
        SkipElsewhere();
        await using var bed = new Bed();
        await bed.Ensure(bed.Workload(Bed.Service()));
        await bed.Become(await bed.UntilOne(one => one.Ready), "program=/bin/sleep&argument=1000");

        var found = await bed.LookFor(DriftAspect.Artefacts, "program", DriftRemedy.Replace);
        Assert.EndsWith("/slipway-fixture", found.Declared, StringComparison.Ordinal);
        Assert.EndsWith("/sleep", found.Running, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Other_arguments_are_found_and_not_shown()
    {
        SkipElsewhere();
        await using var bed = new Bed();
        await bed.Ensure(bed.Workload(Bed.Service()));
        await bed.Become(await bed.UntilOne(one => one.Ready), "argument=--password%3Dx");

        Assert.Equal("others", (await bed.LookFor(DriftAspect.Artefacts, "arguments", DriftRemedy.Replace)).Running);
    }

    [Fact]
    public async Task A_process_that_was_stopped_is_found_and_one_that_goes_on_again_is_not()
    {
        SkipElsewhere();
        await using var bed = new Bed();
        await bed.Ensure(bed.Workload(Bed.Service()));
        var pid = bed.Pid(await bed.UntilOne(one => one.Ready));
        Posix.Kill(pid, SigStop);
        await Bed.UntilTrue(() => ProcessRow.Read(pid) is { IsHalted: true }, "it is stopped");

        Assert.Contains("stopped by a signal", (await bed.LookFor(DriftAspect.Instances, "process", DriftRemedy.Replace)).Running, StringComparison.Ordinal);
        Posix.Kill(pid, SigContinue);
        await Bed.UntilTrue(() => ProcessRow.Read(pid) is { IsHalted: false }, "it goes on");
        await bed.LookInVain();
    }

    [Fact]
    public async Task A_process_that_was_frozen_is_found()
    {
        SkipElsewhere();
        var group = $"/sys/fs/cgroup/freezer/slipway-test-{Guid.NewGuid():N}";
        Assert.SkipUnless(Environment.IsPrivilegedProcess && Directory.Exists(Path.GetDirectoryName(group)), "Needs a freezer of version 1, and the right to use it.");
        await using var bed = new Bed();
        await bed.Ensure(bed.Workload(Bed.Service()));
        var pid = bed.Pid(await bed.UntilOne(one => one.Ready));
        Directory.CreateDirectory(group);
        await File.WriteAllTextAsync(Path.Combine(group, "cgroup.procs"), pid.ToString());
        await File.WriteAllTextAsync(Path.Combine(group, "freezer.state"), "FROZEN");
        await Bed.UntilTrue(() => File.ReadAllText(Path.Combine(group, "freezer.state")).Trim() == "FROZEN", "it is frozen");

        var found = await bed.Look();

        await File.WriteAllTextAsync(Path.Combine(group, "freezer.state"), "THAWED");
        await File.WriteAllTextAsync("/sys/fs/cgroup/freezer/cgroup.procs", pid.ToString());
        Directory.Delete(group);
        Assert.Equal(("process", "frozen by its control group"), Looking.All(found).Select(one => (one.Subject, one.Running)).Single());
    }

    [Fact]
    public async Task A_record_that_is_missing_or_says_something_else_is_found_and_written_again()
    {
        await using var bed = new Bed();
        await bed.Ensure(bed.Workload(Bed.Service()));
        var folder = bed.FolderOf(await bed.UntilOne(one => one.Ready));
        var record = folder.Load()!;
        Action[] changes =
        [
            () => File.Delete(folder.RecordPath),
            () => File.WriteAllText(folder.RecordPath, "{"),
            () => folder.Save(record with { Port = 1 }),
            () => folder.Save(record with { Process = record.Process! with { Pid = 1 } }),
        ];
        foreach (var change in changes)
        {
            change();
            await bed.LookFor(DriftAspect.Instances, "record instance.json", DriftRemedy.Mend);
            await bed.Mend();
            await bed.LookInVain();
            Assert.Equal(record.Process, folder.Load()!.Process);
        }
    }

    [Fact]
    public async Task A_core_file_that_is_allowed_again_is_found_and_forbidden()
    {
        SkipElsewhere();
        Assert.SkipUnless(new ProcessFolder(Environment.ProcessId).CoreFileMax == "0", "Core files are allowed to whoever runs this test.");
        await using var bed = new Bed();
        await bed.Ensure(bed.Workload(Bed.Service()));
        var pid = bed.Pid(await bed.UntilOne(one => one.Ready));
        await Looking.Command("prlimit", "--pid", pid.ToString(), "--core=4096:");

        await bed.LookFor(DriftAspect.Limits, "core file size", DriftRemedy.Mend);
        await bed.Mend();
        await bed.LookInVain();
    }

    private static void SkipElsewhere() => Assert.SkipUnless(OperatingSystem.IsLinux(), "Seen through /proc.");
}

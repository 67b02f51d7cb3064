using System.Diagnostics;
using Slipway.Core.Manifests;
using Slipway.Releases.Ports;
using Slipway.Targets.Processes.Instances;

namespace Slipway.Targets.Tests.Work;

public sealed class FenceTests
{
    private const int Every = 40;

    [Fact]
    public async Task The_token_rises_with_every_start_whatever_the_release_and_whoever_starts_it()
    {
        await using var bed = new Bed();
        var fences = new List<long>();
        await bed.Ensure(bed.Workload(Bed.Service(), 1, 'a'));
        fences.Add(await Fence(bed, 'a', _ => true));

        await bed.Get((await bed.Observe())[0], "/exit/3");
        fences.Add(await Fence(bed, 'a', one => one.Restarts == 1));
        await bed.Ensure(bed.Workload(Bed.Service(), 1, 'b'));
        fences.Add(await Fence(bed, 'b', _ => true));
        await bed.Target.Remove(Bed.Local, Bed.Release('a'), Bed.Service().Name, Bed.Token, CancellationToken.None);
        await bed.Until(all => all.Length == 1);
        await bed.Restart();
        Assert.Equal(fences[^1], await Fence(bed, 'b', _ => true));
        await bed.Ensure(bed.Workload(Bed.Service(), 1, 'a'), token: 2);
        fences.Add(await Fence(bed, 'a', _ => true));
        Directory.Delete(bed.Home.Fences(Bed.Local), recursive: true);
        await bed.Ensure(bed.Workload(Bed.Service(), 2, 'b'), token: 2);
        var last = (await bed.Until(all => all.Count(one => one.Ready) == 3)).Max(one => one.Fence!.Value);

        Assert.Equal(fences.Append(last), fences.Append(last).Distinct().Order());
    }

    [Fact]
    public async Task Tokens_rise_also_when_the_clock_goes_back_and_when_many_draw_together()
    {
        await using var bed = new Bed();
        var together = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Task.Run(() => new StartFence(bed.Home, Bed.Local, TimeProvider.System).Next(Bed.Service().Name))));
        Assert.Equal(20, together.Distinct().Count());

        var early = new StartFence(bed.Home, Bed.Local, new HandClock());
        Assert.Equal(together.Max() + 1, await early.Next(Bed.Service().Name));
        await File.WriteAllTextAsync(Path.Combine(bed.Home.Fences(Bed.Local), "api"), "torn");
        // Twenty at once can be some milliseconds ahead of the clock, which no starts of real processes are.
        while (DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() <= together.Max())
            await Task.Yield();
        Assert.True(await new StartFence(bed.Home, Bed.Local, TimeProvider.System).Next(Bed.Service().Name) > together.Max());
    }

    [Fact]
    public async Task Of_those_that_must_not_run_twice_none_starts_beside_one_that_still_ends()
    {
        await using var bed = new Bed();
        var service = Bed.Service() with { Overlap = false, StopGrace = TimeSpan.FromSeconds(1) };
        await bed.Ensure(bed.Workload(service, 1, 'a', ("FIXTURE_IGNORE_TERM", "1")));
        await bed.UntilOne(one => one.Ready);
        await bed.Target.Remove(Bed.Local, Bed.Release('a'), service.Name, Bed.Token, CancellationToken.None);

        await bed.Ensure(bed.Workload(service, 1, 'b'));
        await bed.Ensure(bed.Workload(service, 1, 'a'));
        Assert.Equal(InstancePhase.Stopping, (await bed.UntilOne(_ => true)).Phase);
        await bed.Until(all => all.IsEmpty);

        await bed.Ensure(bed.Workload(service, 1, 'b'));
        Assert.Equal(Bed.Release('b'), (await bed.UntilOne(one => one.Ready)).Release);
    }

    [Fact]
    public async Task A_scheduler_that_somebody_starts_beside_is_refused_and_every_tick_is_made_once()
    {
        await using var bed = new Bed();
        var store = Path.Combine(bed.Folder, "ticks");
        var began = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        var service = Bed.Service("clock", Bed.Fixture, "tick", store, $"{began}", $"{Every}") with { Kind = ServiceKind.Scheduler, Port = null, Overlap = false };
        await bed.Ensure(bed.Workload(service, 1, 'a'));
        var first = await bed.UntilOne(one => one.Ready);
        await Bed.UntilTrue(() => Ticks(store).Count >= 5, "it ticks");

        // The one before wakes while its successor works: somebody starts it by hand, with the variables it once had.
        await bed.Target.Remove(Bed.Local, first.Release, first.Service, Bed.Token, CancellationToken.None);
        await bed.Until(all => all.IsEmpty);
        await bed.Ensure(bed.Workload(service, 1, 'b'));
        await bed.UntilOne(one => one.Ready);
        await Bed.UntilTrue(() => Fences(store).Count == 2, "its successor leads");
        var about = new ProcessStartInfo(Bed.Fixture, ["tick", store, $"{began}", $"{Every}"]) { UseShellExecute = false, RedirectStandardError = true };
        about.Environment["SLIPWAY_FENCE"] = $"{first.Fence}";
        using var outside = Process.Start(about)!;
        var said = await outside.StandardError.ReadToEndAsync();
        await outside.WaitForExitAsync();
        var before = Ticks(store).Count;
        await Bed.UntilTrue(() => Ticks(store).Count >= before + 5, "its successor goes on");

        Assert.Equal(9, outside.ExitCode);
        Assert.Contains("refused", said, StringComparison.Ordinal);
        var ticks = Ticks(store);
        Assert.Equal(Enumerable.Range(0, ticks.Count).Select(tick => (long)tick), ticks);
    }

    private static async Task<long> Fence(Bed bed, char release, Func<Instance, bool> wanted)
    {
        var seen = await bed.Until(all => all.Any(one => one.Release == Bed.Release(release) && one.Ready && wanted(one)));
        var instance = seen.First(one => one.Release == Bed.Release(release) && one.Ready);
        Assert.Contains($"SLIPWAY_FENCE={instance.Fence}\n", await bed.Get(instance, "/env") + "\n", StringComparison.Ordinal);
        return instance.Fence!.Value;
    }

    private static List<long> Ticks(string store) => [.. Lines(store).Where(line => line[^1] == 'T').Select(line => long.Parse(line[..12]))];

    private static List<long> Fences(string store) => [.. Lines(store).Select(line => long.Parse(line[13..32])).Distinct()];

    // Whoever holds the store while we look has it for a moment only.
    private static List<string> Lines(string store)
    {
        if (!File.Exists(store))
            return [];
        using var copy = new Process();
        copy.StartInfo = new("cat", [store]) { UseShellExecute = false, RedirectStandardOutput = true };
        copy.Start();
        var text = copy.StandardOutput.ReadToEnd();
        copy.WaitForExit();
        return [.. text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(line => line.Length == 41)];
    }
}

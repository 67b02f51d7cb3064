using Slipway.Core.Manifests;
using Slipway.Releases.Journals;
using Slipway.Releases.Rollouts;
using Slipway.Releases.Tests.Rollouts;
using Slipway.Simulation;

namespace Slipway.Releases.Tests.Guards;

public sealed class GuardTimeTests
{
    private static readonly TimeSpan Guard = TimeSpan.FromMinutes(5);
    private static readonly Application Shop = Scenes.Application(Scenes.Canary(50, 100)) with { Guard = Guard };

    [Fact]
    public async Task A_guard_that_somebody_watched_all_the_time_ends_on_time()
    {
        var stage = await Promoted();
        var until = stage.State.Guarded!.GuardUntil!.Value;
        await stage.Until(one => one.State.Guarded is null, 400);
        Assert.InRange(stage.World.Clock.GetUtcNow() - until, TimeSpan.Zero, TimeSpan.FromSeconds(1));
        Assert.DoesNotContain(stage.Journal.Records(0), one => one.Event is GuardExtended);
        Assert.Equal(2, stage.Journal.Records(0).Count(one => one.Event is GuardWatched));
    }

    [Theory]
    [InlineData(20)]
    [InlineData(290)]
    public async Task Time_without_a_control_plane_does_not_count(int minutesOrSeconds)
    {
        var stage = await Promoted();
        var away = TimeSpan.FromSeconds(minutesOrSeconds);
        await stage.Play(TimeSpan.FromSeconds(105));
        stage.World.Advance(away);
        await stage.Restart();
        await stage.Play(TimeSpan.FromSeconds(1));
        var extended = Assert.Single(stage.Journal.Records(0).Select(one => one.Event).OfType<GuardExtended>());
        // The last mark is from 100 s after the promotion; nobody can tell that the seconds after it were watched.
        Assert.InRange(extended.Missed, away, away + TimeSpan.FromSeconds(7));
        Assert.True(stage.View().Phase == "guarding");
        await stage.Until(one => one.State.Guarded is null, 1000);
        Assert.Empty(await stage.Rest());
    }

    [Fact]
    public async Task A_guard_that_nobody_watches_for_long_lasts_no_more_than_twice_its_time()
    {
        var stage = await Promoted();
        var promoted = stage.State.Guarded!.PhaseSince;
        stage.World.Advance(TimeSpan.FromMinutes(9));
        await stage.Restart();
        await stage.Play(TimeSpan.FromSeconds(1));
        Assert.Equal(promoted + (Guard * 2), stage.State.Guarded!.GuardUntil);
        stage.World.Behaviours["2"] = new() { ErrorRatio = 1 };
        await stage.Until(one => one.State.Rollouts[1].UndoneAt is not null, 20);
    }

    [Fact]
    public async Task A_control_plane_that_stood_still_gives_the_guard_its_time_back()
    {
        var stage = await Promoted();
        var until = stage.State.Guarded!.GuardUntil!.Value;
        await stage.Play(TimeSpan.FromSeconds(10));
        stage.World.Advance(TimeSpan.FromMinutes(2));
        await stage.Play(TimeSpan.FromSeconds(1));
        Assert.InRange(stage.State.Guarded!.GuardUntil!.Value - until, TimeSpan.FromSeconds(119), TimeSpan.FromSeconds(121));
    }

    [Fact]
    public async Task A_guard_that_cannot_see_calls_a_person_and_lasts_longer_but_not_for_ever()
    {
        var stage = await Promoted();
        stage.World.GatewayAnswers = false;
        await stage.Until(one => !one.State.Alarms.IsEmpty, 20);
        var alarm = Assert.Single(stage.Engine.Snapshot(Scenes.Environment)!.Alarms);
        Assert.Equal(AlarmKind.GuardBlind, alarm.Kind);
        Assert.Contains("the gateway does not tell what it counts", alarm.Text, StringComparison.Ordinal);
        await stage.Play(Guard);
        Assert.Equal(RolloutPhase.Guarding, stage.State.Rollouts[1].Phase);
        await stage.Until(one => one.State.Rollouts[1].IsOver, 400);
        Assert.Equal("promoted", stage.View().Outcome);
        stage.World.GatewayAnswers = true;
        Assert.Empty(await stage.Rest());
        await stage.Until(one => one.State.Alarms.IsEmpty, 20);
        Assert.Contains(stage.Journal.Records(0), one => one.Event is AlarmCleared);
    }

    [Fact]
    public void The_guard_time_of_an_old_journal_counts_from_its_promotion()
    {
        var at = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
        var rollout = new RolloutState
        {
            Id = Scenes.Name<RolloutId>("staging-2"),
            Environment = Scenes.Environment,
            Terms = new()
            {
                SourceFolder = "/",
                Development = false,
                Gateway = new("127.0.0.1", 0),
                Plan = Scenes.Canary(100),
                Gates = Scenes.Gates,
                Guard = TimeSpan.FromMinutes(1),
            },
            Phase = RolloutPhase.Guarding,
            PhaseSince = at,
            GuardUntil = at + TimeSpan.FromMinutes(1),
            Actor = "ada",
            Path = "cli",
            RequestedAt = at,
        };
        var extended = Assert.IsType<GuardExtended>(GuardTime.Next(rollout, null, true, at + TimeSpan.FromSeconds(30)));
        Assert.Equal(at + TimeSpan.FromSeconds(90), extended.Until);
    }

    private static async Task<Stage> Promoted()
    {
        var stage = await FailureTests.Released(Shop);
        await stage.Deploy(Shop, "2");
        await stage.Until(one => one.View().Promoted);
        return stage;
    }
}

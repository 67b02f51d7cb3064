using Slipway.Core.Settings;
using Slipway.Releases.Rollouts;
using Slipway.Releases.Rotations;
using Slipway.Simulation;

namespace Slipway.Releases.Tests.Rotations;

public sealed class RotationTests
{
    public static TheoryData<RotationKind> Kinds => [RotationKind.Value, RotationKind.Keys, RotationKind.Database, RotationKind.Token];

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_new_one_is_used_everywhere_and_the_old_one_is_out_of_use_without_a_refused_request(RotationKind kind)
    {
        var scene = await RotationScene.Open(kind);
        var first = scene.Stage.State.Live;
        Assert.IsType<CommandAnswer.Accepted>(await scene.Rotate());
        await scene.Until(RotationPhase.Overlapping);
        Assert.True(scene.Rotation.Switched);
        Assert.Equal("", await scene.Wrong(RotationOutcome.Done));
        Assert.NotEqual(first, scene.Stage.State.Live);
        Assert.Equal("1", scene.Stage.World.Versions[scene.Stage.State.Live!.Value]);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_rotation_now_waits_for_no_guard_and_no_overlap(RotationKind kind)
    {
        var scene = await RotationScene.Open(kind);
        var began = scene.Stage.World.Clock.GetUtcNow();
        await scene.Rotate(now: true);
        await scene.Stage.Until(_ => scene.Rotation.IsOver, 60);
        var rollouts = scene.Stage.State.Rollouts.Count - 1;
        Assert.True(scene.Stage.World.Clock.GetUtcNow() - began < rollouts * TimeSpan.FromSeconds(11), scene.Stage.Tell());
        Assert.Equal("", await scene.Wrong(RotationOutcome.Done));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Rotations_follow_each_other(RotationKind kind)
    {
        var scene = await RotationScene.Open(kind);
        foreach (var _ in Enumerable.Range(0, 3))
        {
            await scene.Rotate();
            Assert.Equal("", await scene.Wrong(RotationOutcome.Done));
        }
        Assert.Equal(3, scene.Stage.State.Rotations.Count);
    }

    [Fact]
    public async Task Asking_twice_follows_the_one_under_way_and_may_hurry_it()
    {
        var scene = await RotationScene.Open(RotationKind.Token);
        await scene.Rotate();
        await scene.Until(RotationPhase.Overlapping);
        var again = Assert.IsType<CommandAnswer.Accepted>(await scene.Rotate(now: true));
        Assert.Equal(scene.Rotation.Id, again.Rotation);
        await scene.Stage.Until(_ => scene.Rotation.IsOver, 3);
        Assert.Equal("", await scene.Wrong(RotationOutcome.Done));
        Assert.Single(scene.Stage.State.Rotations);
    }

    [Fact]
    public async Task Commands_that_make_tokens_know_the_settings_of_who_uses_them_and_the_rotation()
    {
        var scene = await RotationScene.Open(RotationKind.Token);
        await scene.Rotate();
        await scene.Until(RotationPhase.Overlapping);
        Assert.Equal("first-token", scene.Stage.Server.Variables![RotationScene.Setting]);
        Assert.Equal("other-secret-value", scene.Stage.Server.Variables["SHOP__OTHER"]);
        Assert.Equal("staging-rotation-1", scene.Stage.Server.Variables["SLIPWAY_ROTATION"]);
    }

    [Fact]
    public async Task History_tells_which_rotation_a_rollout_serves()
    {
        var scene = await RotationScene.Open(RotationKind.Keys);
        await scene.Rotate();
        Assert.Equal("", await scene.Wrong(RotationOutcome.Done));
        Assert.Equal(
            ["so that the new one is accepted.", "so that the new one is used.", "so that the old one is dropped."],
            scene.Stage.State.Rollouts.Skip(1).Select(one => one.Milestones[0].What.Split(", ")[^1].TrimEnd('.') + "."));
        Assert.All(scene.Stage.State.Rollouts.Skip(1), one => Assert.False(one.IsRollback));
        Assert.Equal(scene.Stage.State.Releases[scene.Stage.State.Lives[0]].Release.Stamp, scene.Stage.State.Releases[scene.Stage.State.Live!.Value].Release.Stamp);
    }

    [Fact]
    public async Task Another_rotation_waits_for_its_turn_but_not_for_an_overlap()
    {
        var scene = await RotationScene.Open(RotationKind.Keys);
        await scene.Rotate();
        var other = RotationScene.Command(RotationKind.Value);
        other = other with { Plan = other.Plan with { Setting = "SHOP__OTHER", Name = "staging/SHOP__OTHER" } };
        Assert.IsType<CommandAnswer.Accepted>(await scene.Stage.Ask(engine => engine.Rotate(other, default)));
        await scene.Stage.Play(TimeSpan.FromSeconds(2));
        Assert.Equal((RotationPhase.Announcing, RotationPhase.Waiting), (scene.Stage.State.Rotations[0].Phase, scene.Stage.State.Rotations[1].Phase));
        Assert.Contains("behind staging-rotation-1", scene.Stage.Engine.Rotation(Scenes.Environment, scene.Rotation.Id)!.Waiting, StringComparison.Ordinal);
        await scene.Stage.Until(one => one.State.Rotations[1].Phase != RotationPhase.Waiting, 200);
        Assert.Equal(RotationPhase.Overlapping, scene.Stage.State.Rotations[0].Phase);
        await scene.UntilOver();
        Assert.Empty(await scene.Stage.Rest());
        Assert.All(scene.Stage.State.Rotations, one => Assert.Equal(RotationOutcome.Done, one.Outcome));
        Assert.Equal(0, scene.Stage.World.Lost);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_deploy_in_the_overlap_holds_both(RotationKind kind)
    {
        var scene = await RotationScene.Open(kind);
        await scene.Rotate();
        await scene.Until(RotationPhase.Overlapping);
        Assert.IsType<CommandAnswer.Accepted>(await scene.Deploy("2"));
        Assert.Equal("", await scene.Wrong(RotationOutcome.Done));
        Assert.Equal("2", scene.Stage.World.Versions[scene.Stage.State.Live!.Value]);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_queued_deploy_gets_the_secret_of_when_its_turn_comes(RotationKind kind)
    {
        var scene = await RotationScene.Open(kind);
        await scene.Rotate();
        await scene.Stage.Until(one => one.State.Active is not null);
        Assert.IsType<CommandAnswer.Accepted>(await scene.Deploy("2", queue: true));
        Assert.IsType<CommandAnswer.Accepted>(await scene.Deploy("3", queue: true));
        Assert.Equal("", await scene.Wrong(RotationOutcome.Done));
        Assert.Equal("3", scene.Stage.World.Versions[scene.Stage.State.Live!.Value]);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_release_whose_secret_is_out_of_use_cannot_be_restored(RotationKind kind)
    {
        var scene = await RotationScene.Open(kind);
        var first = scene.Stage.State.Live!.Value;
        await scene.Rotate();
        await scene.UntilOver();
        var refused = Assert.IsType<CommandAnswer.Refused>(await scene.Rollback(first));
        Assert.Equal("SLIP470", refused.Code);
        Assert.Equal("", await scene.Wrong(RotationOutcome.Done));
    }

    [Fact]
    public async Task A_rotation_goes_on_behind_a_rollout_and_its_guard()
    {
        var scene = await RotationScene.Open(RotationKind.Value);
        await scene.Deploy("2");
        await scene.Stage.Until(one => one.State.Active is not null);
        Assert.IsType<CommandAnswer.Accepted>(await scene.Rotate());
        await scene.Stage.Play(TimeSpan.FromSeconds(1));
        Assert.Equal(RotationPhase.Waiting, scene.Rotation.Phase);
        Assert.Equal("", await scene.Wrong(RotationOutcome.Done));
        Assert.Equal("2", scene.Stage.World.Versions[scene.Stage.State.Live!.Value]);
        Assert.DoesNotContain(scene.Stage.State.Rollouts, one => one.Outcome != RolloutOutcome.Promoted);
    }
}

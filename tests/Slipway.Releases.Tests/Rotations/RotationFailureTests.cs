using Slipway.Core.Settings;
using Slipway.Releases.Rollouts;
using Slipway.Releases.Rotations;
using Slipway.Simulation;

namespace Slipway.Releases.Tests.Rotations;

public sealed class RotationFailureTests
{
    public static TheoryData<RotationKind> Kinds => RotationTests.Kinds;

    public static TheoryData<RotationKind> Credentials => [RotationKind.Database, RotationKind.Token];

    public static TheoryData<RotationKind> Announced => [RotationKind.Value, RotationKind.Keys];

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_candidate_that_fails_with_the_new_one_takes_the_rotation_back(RotationKind kind)
    {
        var scene = await RotationScene.Open(kind);
        scene.Stage.World.Ailing = WithTheNewOne(scene);
        await scene.Rotate();
        Assert.Equal("", await scene.Wrong(RotationOutcome.Undone));
        Assert.Contains("did not go live", scene.Rotation.Failure!.Reason, StringComparison.Ordinal);
        Assert.False(scene.Rotation.Switched);
    }

    [Theory]
    [MemberData(nameof(Announced))]
    public async Task One_that_fails_after_it_had_traffic_accepts_the_new_one_as_long_as_somebody_may_have_it(RotationKind kind)
    {
        var scene = await RotationScene.Open(kind);
        scene.Stage.World.Ailing = variables => scene.Rotation.Phase == RotationPhase.Switching && UsesNew(scene, variables) ? new() { ErrorRatio = 0.5 } : null;
        await scene.Rotate();
        await scene.Stage.Until(_ => scene.Rotation.IsTakenBack, 200);
        Assert.Equal(RotationPhase.Overlapping, scene.Rotation.Phase);
        Assert.Equal("", await scene.Wrong(RotationOutcome.Undone));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_deploy_that_waits_behind_a_rollout_that_fails_goes_live_with_the_old_one(RotationKind kind)
    {
        var scene = await RotationScene.Open(kind);
        scene.Stage.World.Ailing = WithTheNewOne(scene);
        await scene.Rotate();
        await scene.Stage.Until(one => scene.Rotation is { Phase: RotationPhase.Switching, IsAsked: true } && one.State.Active is not null, 200);
        Assert.IsType<CommandAnswer.Accepted>(await scene.Deploy("2", queue: true));
        Assert.Equal("", await scene.Wrong(RotationOutcome.Undone));
        Assert.Equal("2", scene.Stage.World.Versions[scene.Stage.State.Live!.Value]);
    }

    [Theory]
    [MemberData(nameof(Credentials))]
    public async Task A_server_that_is_away_for_a_while_is_waited_for(RotationKind kind)
    {
        var scene = await RotationScene.Open(kind);
        scene.Stage.Server.Answers = false;
        await scene.Rotate();
        await scene.Stage.Play(TimeSpan.FromMinutes(3));
        Assert.Equal(RotationPhase.Switching, scene.Rotation.Phase);
        Assert.Contains("does not answer", scene.Stage.Engine.Rotation(Scenes.Environment, scene.Rotation.Id)!.Waiting, StringComparison.Ordinal);
        scene.Stage.Server.Answers = true;
        await scene.Until(RotationPhase.Overlapping);
        scene.Stage.Server.Answers = false;
        await scene.Stage.Play(TimeSpan.FromMinutes(3));
        Assert.Equal(RotationPhase.Retiring, scene.Rotation.Phase);
        scene.Stage.Server.Answers = true;
        Assert.Equal("", await scene.Wrong(RotationOutcome.Done));
    }

    [Theory]
    [MemberData(nameof(Credentials))]
    public async Task A_server_that_refuses_ends_it_at_once_with_the_old_one(RotationKind kind)
    {
        var scene = await RotationScene.Open(kind);
        scene.Stage.Server.Refuses = true;
        await scene.Rotate();
        await scene.Stage.Until(_ => scene.Rotation.IsOver, 10);
        Assert.Contains("The server refuses", scene.Rotation.Failure!.Reason, StringComparison.Ordinal);
        Assert.Equal("", await scene.Wrong(RotationOutcome.Undone));
        Assert.Single(scene.Stage.State.Rollouts);
    }

    [Theory]
    [MemberData(nameof(Credentials))]
    public async Task A_server_that_stays_away_ends_it_with_both_and_says_what_to_do(RotationKind kind)
    {
        var scene = await RotationScene.Open(kind);
        await scene.Rotate();
        await scene.Until(RotationPhase.Overlapping);
        scene.Stage.Server.Answers = false;
        await scene.UntilOver();
        Assert.Equal(RotationOutcome.KeptOld, scene.Rotation.Outcome);
        Assert.Contains("does not answer", scene.Rotation.Failure!.Reason, StringComparison.Ordinal);
        Assert.Contains("slipway secrets retire", scene.Rotation.Failure.Remedy, StringComparison.Ordinal);
        Assert.Empty(await scene.Stage.Rest());
        // The next one takes away what this one could not.
        scene.Stage.Server.Answers = true;
        await scene.Rotate();
        Assert.Equal("", await scene.Wrong(RotationOutcome.Done));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_store_that_is_away_is_waited_for(RotationKind kind)
    {
        var scene = await RotationScene.Open(kind);
        await scene.Rotate();
        scene.Stage.World.StoreAnswers = false;
        await scene.Stage.Play(TimeSpan.FromMinutes(1));
        scene.Stage.World.StoreAnswers = true;
        Assert.Equal("", await scene.Wrong(RotationOutcome.Done));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_person_who_restores_the_release_before_takes_the_rotation_back(RotationKind kind)
    {
        var scene = await RotationScene.Open(kind);
        var first = scene.Stage.State.Live!.Value;
        await scene.Rotate();
        await scene.Until(RotationPhase.Overlapping);
        // Whoever goes back to before the announcement goes back to what accepts the old one only.
        scene.IsBroken = kind is RotationKind.Keys or RotationKind.Value;
        Assert.IsType<CommandAnswer.Accepted>(await scene.Rollback(first));
        Assert.Equal("", await scene.Wrong(RotationOutcome.Undone));
        Assert.Equal(first, scene.Stage.State.Live);
        Assert.Contains("is live, which does not hold", scene.Rotation.Failure!.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_person_who_undoes_its_rollout_under_guard_takes_the_rotation_back(RotationKind kind)
    {
        var scene = await RotationScene.Open(kind);
        await scene.Rotate();
        await scene.Stage.Until(one => scene.Rotation.Phase == RotationPhase.Switching && one.State.Guarded is not null, 200);
        await scene.Rollback();
        Assert.Equal("", await scene.Wrong(RotationOutcome.Undone));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task An_abort_takes_it_back_wherever_it_is_before_the_switch(RotationKind kind)
    {
        for (var tenths = 1; ; tenths += 13)
        {
            var scene = await RotationScene.Open(kind);
            await scene.Rotate();
            await scene.Stage.Play(TimeSpan.FromSeconds(tenths / 10.0));
            if (await scene.Abort() is CommandAnswer.Refused refused)
            {
                Assert.Equal("SLIP469", refused.Code);
                Assert.Equal("", await scene.Wrong(RotationOutcome.Done));
                Assert.True(tenths > 50);
                break;
            }
            Assert.Equal("", await scene.Wrong(RotationOutcome.Undone));
        }
    }

    [Theory]
    [MemberData(nameof(Announced))]
    public async Task A_drop_that_fails_keeps_the_old_one_and_says_what_to_do(RotationKind kind)
    {
        var scene = await RotationScene.Open(kind);
        await scene.Rotate();
        await scene.Until(RotationPhase.Dropping);
        await scene.Stage.Until(one => one.State.Active?.Phase == RolloutPhase.Baking);
        await scene.Stage.Steer(SteerVerb.Abort);
        await scene.UntilOver();
        Assert.Equal(RotationOutcome.KeptOld, scene.Rotation.Outcome);
        Assert.Contains("A deploy drops the old one", scene.Rotation.Failure!.Remedy, StringComparison.Ordinal);
        Assert.Empty(await scene.Stage.Rest());
        Assert.IsType<CommandAnswer.Accepted>(await scene.Deploy("2"));
        await scene.Stage.UntilOver();
        await scene.Rotate();
        Assert.Equal("", await scene.Wrong(RotationOutcome.Done));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Bringing_the_environment_down_ends_it_wherever_it_is(RotationKind kind)
    {
        for (var tenths = 1; tenths < 800; tenths += 29)
        {
            var scene = await RotationScene.Open(kind);
            await scene.Rotate();
            await scene.Stage.Play(TimeSpan.FromSeconds(tenths / 10.0));
            scene.IsBroken = true;
            await scene.Stage.Ask(engine => engine.Down(Scenes.Environment, false, new("ada", "cli"), default));
            await scene.UntilOver();
            var outcome = scene.Rotation.Outcome!.Value;
            Assert.NotEqual(RotationOutcome.KeptOld, outcome);
            Assert.Equal("", await scene.Wrong(outcome));
            await scene.Deploy("2");
            Assert.Equal("", await scene.Wrong(outcome));
        }
    }

    /// <summary>Whoever uses what the rotation made ends by itself.</summary>
    internal static Func<IReadOnlyDictionary<string, string>, Behaviour?> WithTheNewOne(RotationScene scene)
        => variables => UsesNew(scene, variables) ? new() { EndsAtOnce = true } : null;

    private static bool UsesNew(RotationScene scene, IReadOnlyDictionary<string, string> variables)
    {
        var first = scene.Stage.World.SecretValues[new("home", "staging/" + RotationScene.Setting, 1)];
        var used = variables[RotationScene.Setting];
        return scene.Kind == RotationKind.Keys ? !used.StartsWith(first[..^2], StringComparison.Ordinal) : used != first;
    }
}

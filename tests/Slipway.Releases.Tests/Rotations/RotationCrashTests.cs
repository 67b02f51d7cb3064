using Slipway.Core.Settings;
using Slipway.Releases.Rotations;

namespace Slipway.Releases.Tests.Rotations;

public sealed class RotationCrashTests
{
    private const int Parts = 6;

    public static MatrixTheoryData<RotationKind, int> EveryStep => new(
        [RotationKind.Value, RotationKind.Keys, RotationKind.Database, RotationKind.Token], Enumerable.Range(0, Parts));

    [Theory]
    [MemberData(nameof(EveryStep))]
    public async Task A_crash_after_any_step_still_ends_with_the_new_one_alone(RotationKind kind, int part)
    {
        for (var step = part; ; step += Parts)
        {
            var scene = await RotationScene.Open(kind, step);
            await scene.Rotate();
            Assert.Equal("", await scene.Wrong(RotationOutcome.Done));
            if (scene.Stage.Lives == 2)
                break;
        }
    }

    [Theory]
    [MemberData(nameof(EveryStep))]
    public async Task A_crash_after_any_step_of_one_that_fails_still_ends_with_the_old_one_alone(RotationKind kind, int part)
    {
        for (var step = part; ; step += Parts)
        {
            var scene = await RotationScene.Open(kind, step);
            scene.Stage.World.Ailing = RotationFailureTests.WithTheNewOne(scene);
            await scene.Rotate();
            Assert.Equal("", await scene.Wrong(RotationOutcome.Undone));
            if (scene.Stage.Lives == 2)
                break;
        }
    }

    [Theory]
    [MemberData(nameof(EveryStep))]
    public async Task Three_crashes_in_a_row_at_the_same_step_change_nothing(RotationKind kind, int part)
    {
        for (var step = part + 3; step < 80; step += Parts * 2)
        {
            var scene = await RotationScene.Open(kind, step, deathsMax: 3);
            await scene.Rotate();
            Assert.Equal("", await scene.Wrong(RotationOutcome.Done));
        }
    }
}

using Slipway.Cli.Following;
using Slipway.Core.Api;
using Slipway.Core.Manifests;

namespace Slipway.Cli.Tests.Following;

public sealed class RotationWordsTests
{
    [Fact]
    public void A_rotation_in_its_overlap_says_until_when_the_old_one_is_accepted()
        => Assert.Equal("overlapping until 2026-05-04 13:00:00Z", RotationWords.Now(View("overlapping") with { OverlapUntil = Views.At.AddHours(1) }));

    [Fact]
    public void One_that_waits_says_for_what_and_one_that_is_taken_back_says_why()
    {
        Assert.Equal("announcing, waiting for the rollout ci-2", RotationWords.Now(View("announcing") with { Waiting = "the rollout ci-2" }));
        Assert.Equal("restoring; taken back: jo asked for it.", RotationWords.Now(View("restoring") with { Failure = new("jo asked for it.", "Rotate again.") }));
    }

    [Theory]
    [InlineData("done", "every instance uses the new API__KEY, and the old one is out of use.")]
    [InlineData("kept-old", "but the old one may still be accepted.")]
    [InlineData("undone", "Undone: the API__KEY from before is used, as before.")]
    public void Its_end_is_told_truly(string outcome, string expected)
        => Assert.Contains(expected, string.Join('\n', RotationWords.Ending(View("done") with { Outcome = outcome })), StringComparison.Ordinal);

    [Fact]
    public void The_switch_says_who_takes_the_old_one_out_of_use_and_when()
        => Assert.Equal(
            ["Switched: every instance uses the new API__KEY.", "The old one is accepted until 2026-05-04 13:00:00Z; the control plane then takes it out of use. See: slipway status -e ci"],
            RotationWords.Ending(View("overlapping") with { Switched = true, OverlapUntil = Views.At.AddHours(1) }));

    internal static RotationView View(string phase) => new()
    {
        Id = Views.Name<RotationId>("ci-rotation-1"),
        Environment = Views.Name<EnvironmentName>("ci"),
        Setting = "API__KEY",
        Kind = "value",
        Phase = phase,
        Switched = false,
        Now = false,
        Actor = "jo",
        Path = "cli",
        RequestedAt = Views.At,
        Milestones = [],
    };
}

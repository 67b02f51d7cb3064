using Slipway.Simulation;

namespace Slipway.Releases.Tests.Guards;

public sealed class GuardSceneTests
{
    public static TheoryData<int> Seeds => [.. Enumerable.Range(0, 6).Select(part => part * 5)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task A_fault_after_promotion_is_undone_within_ten_seconds(int seedFrom)
    {
        for (var seed = seedFrom; seed < seedFrom + 5; seed++)
        {
            var result = await new GuardScene(seed).PlayFault(TimeSpan.FromSeconds(seed % 2 == 0 ? 15 : 120));
            Assert.True(result is { Undone.TotalSeconds: < 10, Wrong: [] }, $"seed {seed}, {result.Fault}, {result.Undone}: {string.Join('\n', result.Wrong)}\n{result.Tell}");
        }
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task An_outage_under_guard_that_both_releases_share_undoes_nobody(int seedFrom)
    {
        for (var seed = seedFrom; seed < seedFrom + 5; seed++)
        {
            var result = await new GuardScene(seed).PlayOutage(promoted: true);
            Assert.True(result is { Undone: null, Wrong: [] }, $"seed {seed}, {result.Fault}: {string.Join('\n', result.Wrong)}\n{result.Tell}");
        }
    }

    [Theory]
    [InlineData(10091)]
    [InlineData(10113)]
    public async Task An_outage_during_a_bake_undoes_nobody_though_the_candidate_has_less_luck_at_first(int seed)
    {
        var result = await new GuardScene(seed).PlayOutage(promoted: false);
        Assert.True(result is { Undone: null, Wrong: [] }, $"{result.Fault}: {string.Join('\n', result.Wrong)}\n{result.Tell}");
    }
}

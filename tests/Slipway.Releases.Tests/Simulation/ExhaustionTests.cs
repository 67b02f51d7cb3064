using Slipway.Core.Manifests;
using Slipway.Simulation.Exhaustion;

namespace Slipway.Releases.Tests.Simulation;

public sealed class ExhaustionTests
{
    [Theory]
    [InlineData(Strategy.Canary)]
    [InlineData(Strategy.Recreate)]
    public async Task Every_interleaving_of_a_small_model_comes_to_rest_wholly_old_or_wholly_new(Strategy strategy)
    {
        const int depth = 3;
        var searched = await new ExhaustiveSearch(strategy, killsMax: 1).Run(depth, TestContext.Current.CancellationToken);
        Assert.Empty(searched.Faults);
        Assert.Equal(depth, searched.Depth);
        Assert.True(searched.States > 50, $"There were only {searched.States} states.");
    }
}

using Slipway.Bench.Settings;

namespace Slipway.EndToEnd.Tests;

/// <summary>The scenario is the one that <c>bench settings</c> measures.</summary>
public sealed class LeakTests
{
    [Fact]
    public async Task No_marked_secret_is_found_in_anything_that_was_written()
    {
        var told = new List<string>();
        var figures = await LeakFigures.Measure(told.Add, TestContext.Current.CancellationToken);
        Assert.All(figures, figure => Assert.True(figure.Ok, $"{figure}\n{string.Join('\n', told)}"));
    }
}

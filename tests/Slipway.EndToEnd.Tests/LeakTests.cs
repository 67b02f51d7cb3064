using Slipway.Bench.Settings;

namespace Slipway.EndToEnd.Tests;

/// <summary>The scenario is the one that <c>bench settings</c> measures.</summary>
public sealed class LeakTests
{
    [Fact]
    public async Task No_marked_secret_is_found_in_anything_that_was_written()
        => Assert.All(await LeakFigures.Measure(TestContext.Current.SendDiagnosticMessage, TestContext.Current.CancellationToken), figure => Assert.True(figure.Ok, figure.ToString()));
}

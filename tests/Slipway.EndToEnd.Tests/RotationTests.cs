using Slipway.Bench.Rotations;

namespace Slipway.EndToEnd.Tests;

/// <summary>The scenario is the one that <c>bench settings</c> measures.</summary>
public sealed class RotationTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task A_secret_of_each_kind_is_rotated_under_load_and_under_kills_without_a_refused_request(int kind)
    {
        var figures = await RotationFigures.Measure(RotationFigures.Kinds[kind], rounds: 1, killed: 1, TestContext.Current.SendDiagnosticMessage, TestContext.Current.CancellationToken);
        Assert.All(figures, figure => Assert.True(figure.Ok, figure.ToString()));
    }
}

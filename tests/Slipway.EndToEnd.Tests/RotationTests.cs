using Slipway.Bench.Rotations;

namespace Slipway.EndToEnd.Tests;

/// <summary>The scenario is the one that <c>bench settings --quick</c> measures.</summary>
public sealed class RotationTests
{
    [Fact]
    public async Task Secrets_of_every_kind_are_rotated_under_load_and_under_kills_without_a_refused_request()
    {
        await foreach (var figure in RotationFigures.Measure(quick: true, TestContext.Current.SendDiagnosticMessage, TestContext.Current.CancellationToken))
            Assert.True(figure.Ok, figure.ToString());
    }
}

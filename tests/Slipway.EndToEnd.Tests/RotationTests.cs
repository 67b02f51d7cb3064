using Slipway.Bench.Rotations;

namespace Slipway.EndToEnd.Tests;

/// <summary>Four applications at once fill a machine: other tests would not be done in their time beside them.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class Alone
{
    public const string Name = "alone";
}

/// <summary>The scenario is the one that <c>bench settings --quick</c> measures.</summary>
[Collection(Alone.Name)]
public sealed class RotationTests
{
    [Fact]
    public async Task Secrets_of_every_kind_are_rotated_under_load_and_under_kills_without_a_refused_request()
    {
        await foreach (var figure in RotationFigures.Measure(quick: true, TestContext.Current.SendDiagnosticMessage, TestContext.Current.CancellationToken))
            Assert.True(figure.Ok, figure.ToString());
    }
}

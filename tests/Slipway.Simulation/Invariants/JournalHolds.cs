using Slipway.Releases.Rollouts;

namespace Slipway.Simulation.Invariants;

/// <summary>The journal is whole, and what the engine thinks is its fold.</summary>
internal sealed class JournalHolds : IInvariant
{
    public IEnumerable<string> AtRest(Stage stage)
    {
        if (stage.Journal.Verify() is { Fault: { } fault })
            yield return fault;
        var folded = stage.Journal.Records(0).Where(record => record.Environment is not null)
            .Aggregate(new EnvironmentState { Environment = Scenes.Environment }, (state, record) => state.Apply(record));
        if (folded.Live != stage.State.Live || folded.Rollouts.Count != stage.State.Rollouts.Count)
            yield return "The journal's fold is not what the engine thinks.";
    }
}

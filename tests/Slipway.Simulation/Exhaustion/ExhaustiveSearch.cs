using System.Collections.Concurrent;
using System.Collections.Immutable;
using Slipway.Core.Manifests;
using Slipway.Simulation.Invariants;

namespace Slipway.Simulation.Exhaustion;

/// <summary>How far a search came.</summary>
/// <param name="Depth">The choices in a row up to which every interleaving was tried.</param>
/// <param name="States">Different states that were reached.</param>
/// <param name="Transitions">Choices that were tried.</param>
/// <param name="Faults">Each first way to something wrong, with what it was.</param>
internal sealed record Searched(int Depth, int States, int Transitions, ImmutableArray<string> Faults);

/// <summary>
/// Tries every choice in every state of the small model, breadth first, and from every state lets it come to rest. States
/// that read the same are visited once.
/// </summary>
/// <param name="strategy">How the releases of the model go live.</param>
/// <param name="killsMax">How many control planes die on one way.</param>
internal sealed class ExhaustiveSearch(Strategy strategy, int killsMax)
{
    private readonly ConcurrentDictionary<string, bool> _seen = [];
    private readonly ConcurrentBag<string> _faults = [];
    private int _transitions;

    /// <summary>Searches to a depth, or until it is stopped; what was not finished does not count as depth.</summary>
    public async Task<Searched> Run(int depthMax, CancellationToken stop)
    {
        IReadOnlyCollection<ImmutableArray<Choice>> frontier = [[]];
        for (var depth = 0; ; depth++)
        {
            var next = new ConcurrentBag<ImmutableArray<Choice>>();
            try
            {
                await Parallel.ForEachAsync(frontier, stop, async (path, _) => await Visit(path, depth < depthMax, next));
            }
            catch (OperationCanceledException)
            {
                return Result(depth - 1);
            }
            if (depth == depthMax || !_faults.IsEmpty || next.IsEmpty)
                return Result(depth);
            frontier = next;
        }
    }

    private Searched Result(int depth) => new(depth, _seen.Count, _transitions, [.. _faults]);

    private async Task Visit(ImmutableArray<Choice> path, bool further, ConcurrentBag<ImmutableArray<Choice>> next)
    {
        var run = await ModelRun.Of(path, strategy);
        Interlocked.Increment(ref _transitions);
        if (!_seen.TryAdd(run.Canonical(), true))
            return;
        if (further)
        {
            foreach (var choice in run.Next())
                next.Add(path.Add(choice));
            if (run.Kills < killsMax)
            {
                var steps = (await ModelRun.Of(path.Add(new Choice.Look()), strategy)).StepsOfLook;
                for (var step = 0; step < steps; step++)
                    next.Add(path.Add(new Choice.Killed(step)));
            }
        }
        if (await Settled(run) is [var wrong, ..])
            _faults.Add($"{wrong}\n{run.Tell()}");
    }

    private static async Task<IReadOnlyList<Wrong>> Settled(ModelRun run)
    {
        try
        {
            return await run.Settle();
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            // Whatever the engine throws is a finding like any other.
            return [new(fault.GetType().Name, fault.ToString())];
        }
    }
}

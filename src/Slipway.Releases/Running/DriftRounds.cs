using System.Collections.Immutable;
using Slipway.Core.Manifests;
using Slipway.Releases.Drift;
using Slipway.Releases.Journals;
using Slipway.Releases.Ports;

namespace Slipway.Releases.Running;

/// <summary>Looks at an environment again and again, journals what has drifted when that changes, and brings it back when a person asks.</summary>
/// <param name="runner">Drives the environment.</param>
/// <param name="parts">What runners share.</param>
internal sealed class DriftRounds(EnvironmentRunner runner, RunnerParts parts)
{
    /// <summary>The time between two looks.</summary>
    public static readonly TimeSpan Every = TimeSpan.FromSeconds(30);

    private const int ToldMax = 200;
    private static readonly TimeSpan TellMax = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan WaitEvery = TimeSpan.FromMilliseconds(100);

    private readonly SemaphoreSlim _turn = new(1);
    private readonly DriftWatch _watch = new(runner.State.Environment, parts.Ports, parts.Clock, runner.Ground);

    /// <summary>When it was last looked at; null before the first time.</summary>
    public DateTimeOffset? LookedAt { get; private set; }

    /// <summary>Looks until cancelled.</summary>
    public async Task Run(CancellationToken cancellation)
    {
        while (!cancellation.IsCancellationRequested)
        {
            try
            {
                await Task.Delay(Every, parts.Clock, cancellation);
                await Look(cancellation);
            }
            catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
            {
                return;
            }
            catch (Exception fault)
            {
                // A look that fails must not end the looking; the runner itself tells when the target is away.
                parts.Log($"{runner.State.Environment}: the look for drift failed: {fault.Message}");
            }
        }
    }

    /// <summary>Looks once, and journals what it finds when that is other than what was told before.</summary>
    /// <exception cref="TargetException">The target cannot be asked.</exception>
    public async Task<ImmutableArray<DriftFinding>> Look(CancellationToken cancellation)
    {
        await _turn.WaitAsync(cancellation);
        try
        {
            var found = await _watch.Look(cancellation);
            LookedAt = parts.Clock.GetUtcNow();
            // Its turn may be held up by what was found; whoever asked gets the answer then all the same.
            var telling = runner.Command(() => Tell(found), CancellationToken.None);
            await Task.WhenAny(telling, Task.Delay(TellMax, parts.Clock, cancellation));
            if (telling.IsCompleted)
                await telling;
            else
                _ = telling.ContinueWith(late => parts.Log(late.Exception!.GetBaseException().Message), CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
            return found;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Brings back what has drifted, and looks again.</summary>
    /// <param name="caller">Who asked.</param>
    /// <param name="cancellation">Cancels the waiting; instances that are being replaced go on being so.</param>
    /// <returns>What was found, what of it is left, and what could not be done.</returns>
    public async Task<(ImmutableArray<DriftFinding> Found, ImmutableArray<DriftFinding> Left, ImmutableArray<string> Undone)> Fix(
        Caller caller, CancellationToken cancellation)
    {
        var found = await Look(cancellation);
        if (found.IsEmpty)
            return ([], [], []);
        await Happen(caller, new DriftFixAsked(found.Length), cancellation);
        var undone = ImmutableArray.CreateBuilder<string>();
        var rebuilt = Of(found, DriftRemedy.Rebuild).Any() ? await Rebuild(undone, cancellation) : [];
        if (Of(found, DriftRemedy.Mend).Any())
            await Mend(undone, cancellation);
        if (Of(found, DriftRemedy.Reroute).Any())
            await Reroute(cancellation);
        // What ran from a damaged artefact may have read it; only a new process is sure to run what was built.
        var condemned = Of(found, DriftRemedy.Replace).Select(one => one.Instance).OfType<InstanceId>()
            .Concat(runner.Seen.Instances.Where(one => rebuilt.Contains(one.Service)).Select(one => one.Id)).ToImmutableSortedSet(Comparer<InstanceId>.Create(ByText));
        if (!condemned.IsEmpty)
            await Happen(caller, new ReplacementBegun([.. condemned]), cancellation);
        while (!runner.State.Condemned.IsEmpty)
            await Task.Delay(WaitEvery, parts.Clock, cancellation);
        return (found, await Look(cancellation), undone.ToImmutable());
    }

    private static int ByText(InstanceId one, InstanceId other) => string.CompareOrdinal(one.ToString(), other.ToString());

    private static IEnumerable<Deviation> Of(ImmutableArray<DriftFinding> found, DriftRemedy remedy)
        => found.Select(one => one.Deviation).Where(one => one.Remedy == remedy);

    private CommandAnswer Tell(ImmutableArray<DriftFinding> all)
    {
        // A record of the journal stays of a size that can be read; whoever asks gets all of them.
        var found = all.Take(ToldMax).ToImmutableArray();
        var told = runner.State.Drift.Select(one => one.Deviation).ToHashSet();
        if (!runner.State.Stopping && !told.SetEquals(found.Select(one => one.Deviation)))
            runner.Happen(null, Caller.Slipway.Actor, new DriftFound(found));
        return new CommandAnswer.Unchanged("Looked.");
    }

    private Task<CommandAnswer> Happen(Caller caller, JournalEvent happened, CancellationToken cancellation) => runner.Command(
        () =>
        {
            runner.Happen(null, caller.Actor, happened);
            return new CommandAnswer.Unchanged(happened.What);
        },
        cancellation);

    /// <summary>Builds again every artefact in use that is damaged; gives the services that run from one.</summary>
    private async Task<HashSet<ServiceName>> Rebuild(ImmutableArray<string>.Builder undone, CancellationToken cancellation)
    {
        var rebuilt = new HashSet<ServiceName>();
        var used = runner.Seen.Instances.Select(one => new WorkloadKey(one.Release, one.Service)).Distinct().Where(key => runner.State.Releases.ContainsKey(key.Release));
        foreach (var key in used.ToList())
        {
            var kept = runner.State.Releases[key.Release];
            if (kept.Release.Find(key.Service) is not { Artefact: { } digest } released)
                continue;
            switch (await parts.Ports.Artefacts.Restore(released.Service, digest, kept.Terms.SourceFolder, cancellation))
            {
                case BuildOutcome.Built { Cached: false }:
                    rebuilt.UnionWith(kept.Release.Services.Where(one => one.Artefact == digest).Select(one => one.Service.Name));
                    break;
                case BuildOutcome.Failed failed:
                    undone.Add(failed.Reason);
                    break;
            }
        }
        return rebuilt;
    }

    private async Task Mend(ImmutableArray<string>.Builder undone, CancellationToken cancellation)
    {
        try
        {
            await parts.Ports.Target.Mend(runner.State.Environment, parts.Fence, cancellation);
        }
        catch (TargetException fault)
        {
            undone.Add(fault.Message);
        }
    }

    private async Task Reroute(CancellationToken cancellation)
    {
        var live = (await parts.Ports.Traffic.Inspect(runner.State.Environment, cancellation)).Live;
        await runner.PutTableAgain(live?.Version ?? 0, cancellation);
    }
}

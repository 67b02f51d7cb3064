using System.Collections.Immutable;
using Slipway.Core.Manifests;
using Slipway.Releases.Drift;
using Slipway.Releases.Journals;
using Slipway.Releases.Ports;

namespace Slipway.Releases.Running;

/// <summary>Brings back what has drifted: where it is, by building again, by putting the table again, or by another instance.</summary>
/// <param name="runner">Drives the environment.</param>
/// <param name="parts">What runners share.</param>
internal sealed class DriftFix(EnvironmentRunner runner, RunnerParts parts)
{
    private static readonly TimeSpan WaitEvery = TimeSpan.FromMilliseconds(100);

    /// <summary>Brings it back, and waits until instances that are replaced are. Gives what could not be done, one sentence each.</summary>
    /// <param name="found">What has drifted.</param>
    /// <param name="caller">Who asked.</param>
    /// <param name="cancellation">Cancels the waiting; instances that are being replaced go on being so.</param>
    public async Task<ImmutableArray<string>> Run(ImmutableArray<DriftFinding> found, Caller caller, CancellationToken cancellation)
    {
        await Happen(caller, new DriftFixAsked(found.Length), cancellation);
        var undone = ImmutableArray.CreateBuilder<string>();
        var rebuilt = Of(found, DriftRemedy.Rebuild).Any() ? await RebuildInTime(undone, cancellation) : [];
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
        return undone.ToImmutable();
    }

    private static int ByText(InstanceId one, InstanceId other) => string.CompareOrdinal(one.ToString(), other.ToString());

    private static IEnumerable<Deviation> Of(ImmutableArray<DriftFinding> found, DriftRemedy remedy)
        => found.Select(one => one.Deviation).Where(one => one.Remedy == remedy);

    private Task<CommandAnswer> Happen(Caller caller, JournalEvent happened, CancellationToken cancellation) => runner.Command(
        () =>
        {
            runner.Happen(null, caller.Actor, happened);
            return new CommandAnswer.Unchanged(happened.What);
        },
        cancellation);

    private async Task<HashSet<ServiceName>> RebuildInTime(ImmutableArray<string>.Builder undone, CancellationToken cancellation)
    {
        using var late = new CancellationTokenSource(CandidateBuild.TimeMax, parts.Clock);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellation, late.Token);
        try
        {
            return await Rebuild(undone, end.Token);
        }
        catch (OperationCanceledException) when (late.IsCancellationRequested)
        {
            undone.Add($"The builds took longer than {CandidateBuild.TimeMax.TotalMinutes:0} min and were ended.");
            return [];
        }
    }

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

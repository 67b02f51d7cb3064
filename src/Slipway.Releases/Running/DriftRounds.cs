using System.Collections.Immutable;
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

    private readonly SemaphoreSlim _turn = new(1);
    private readonly DriftWatch _watch = new(runner.State.Environment, parts.Ports, parts.Clock, runner.Ground);
    private readonly DriftFix _fix = new(runner, parts);

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

    /// <summary>What a look finds, what a deploy would change, and what was brought back; or why nothing was looked at.</summary>
    /// <param name="declared">The deploy to compare with; null to leave that out.</param>
    /// <param name="fix">Whether to bring back what has drifted.</param>
    /// <param name="caller">Who asked.</param>
    /// <param name="cancellation">Cancels the waiting, not what was begun.</param>
    /// <exception cref="TargetException">The target cannot be asked.</exception>
    public async Task<(DriftReport? Report, CommandAnswer.Refused? Refused)> Report(DeployCommand? declared, bool fix, Caller caller, CancellationToken cancellation)
    {
        var state = runner.State;
        if (state.Stopping)
            return (null, Refusals.Stopping(state.Environment));
        if (state.Live is not { } live)
            return (null, Refusals.NothingLive(state.Environment));
        if (fix && state.Active is { } active)
            return (null, Refusals.Busy(active));
        var found = await Look(cancellation);
        var undone = fix && !found.IsEmpty ? await _fix.Run(found, caller, cancellation) : [];
        var left = fix && !found.IsEmpty ? await Look(cancellation) : found;
        var (unreleased, untold) = declared is null ? ([], []) : await DeclaredReading.Compare(declared, state, parts.Ports, cancellation);
        var still = left.Select(one => one.Deviation).ToHashSet();
        return (new(parts.Clock.GetUtcNow(), live, left, unreleased, [.. found.Where(one => !still.Contains(one.Deviation))], [.. undone, .. untold])
        {
            Fingerprint = await TakeFingerprint(cancellation),
        }, null);
    }

    /// <summary>What really runs now, as one number.</summary>
    /// <exception cref="TargetException">The target cannot be asked.</exception>
    private async Task<Fingerprint> TakeFingerprint(CancellationToken cancellation)
    {
        var target = parts.Ports.Target.Inspect(runner.State.Environment, cancellation);
        var traffic = parts.Ports.Traffic.Inspect(runner.State.Environment, cancellation);
        return Fingerprint.Of(await target, await traffic, parts.FingerprintKey);
    }

    private CommandAnswer Tell(ImmutableArray<DriftFinding> all)
    {
        // A record of the journal stays of a size that can be read; whoever asks gets all of them.
        var found = all.Take(ToldMax).ToImmutableArray();
        var told = runner.State.Drift.Select(one => one.Deviation).ToHashSet();
        if (!runner.State.Stopping && !told.SetEquals(found.Select(one => one.Deviation)))
            runner.Happen(null, Caller.Slipway.Actor, new DriftFound(found));
        return new CommandAnswer.Unchanged("Looked.");
    }
}

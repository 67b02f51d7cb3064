using Slipway.Core.Manifests;
using Slipway.Releases.Journals;
using Slipway.Releases.Rollouts;
using Slipway.Releases.Rotations;

namespace Slipway.Releases.Running;

/// <summary>The build of the candidate that is under way, beside the passes of its environment.</summary>
/// <param name="parts">What runners share.</param>
/// <param name="wake">Told when it has ended.</param>
internal sealed class BuildUnderWay(RunnerParts parts, Action wake)
{
    private (RolloutId Id, Task<CandidateBuild.Result> Result, CancellationTokenSource End)? _build;

    /// <summary>Begins the build of a rollout when it has not begun; gives how it ended, once.</summary>
    public JournalEvent? Next(EnvironmentState state, RolloutState rollout, CancellationToken cancellation)
    {
        if (_build is not { } build || build.Id != rollout.Id)
            _build = build = Begin(state, rollout, cancellation);
        if (!build.Result.IsCompleted)
            return null;
        _build = null;
        if (build.Result.IsFaulted)
            throw build.Result.Exception!.GetBaseException();
        if (build.Result.IsCanceled)
            return null;
        var (kept, cached, failed) = build.Result.Result;
        return kept is not null ? new ReleaseBuilt(kept, cached) : new RolloutEnded(RolloutOutcome.Failed, failed, "Over: it could not be built, nothing has changed.");
    }

    /// <summary>Ends the build of a rollout that is over.</summary>
    public void Cancel(RolloutId? rollout)
    {
        if (_build is { } build && build.Id == rollout)
            build.End.Cancel();
    }

    private (RolloutId Id, Task<CandidateBuild.Result> Result, CancellationTokenSource End) Begin(EnvironmentState state, RolloutState rollout, CancellationToken cancellation)
    {
        var end = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var services = HeldSecret.In(rollout.Blueprint!.Services, state.Rotations, rollout.RequestedAt);
        var asAsked = services == rollout.Blueprint.Services;
        // What was prepared does not know what rotations have done since it was asked for.
        var result = parts.Prepared.TryRemove(rollout.Id, out var prepared) && asAsked
            ? prepared : parts.Build.Run(asAsked ? rollout.Blueprint : rollout.Blueprint with { Services = services }, end.Token);
        _ = result.ContinueWith(_ => wake(), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        return (rollout.Id, result, end);
    }
}

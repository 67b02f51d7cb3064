using Slipway.Core.Manifests;
using Slipway.Releases.Journals;

namespace Slipway.Releases.Rollouts;

/// <summary>Tells which jobs of a candidate have run to their end.</summary>
internal static class FinishedJobs
{
    /// <summary>The next one that the journal does not know of; null when there is none.</summary>
    public static JobFinished? Next(EnvironmentState state, RolloutState rollout, Observation seen)
    {
        if (rollout.Candidate is not { } candidate || rollout.Phase is not (RolloutPhase.Starting or RolloutPhase.Proving or RolloutPhase.HandingOver))
            return null;
        foreach (var job in state.Releases[candidate].Release.Services.Where(one => one.Service.Kind == ServiceKind.Job))
        {
            var name = job.Service.Name;
            if (!rollout.JobsDone.Contains(name) && seen.Of(candidate, name).Any(one => one.ExitCode is 0))
                return new(name);
        }
        return null;
    }
}

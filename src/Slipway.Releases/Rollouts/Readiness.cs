using Slipway.Core.Manifests;
using Slipway.Releases.OneOffs;
using Slipway.Releases.Ports;

namespace Slipway.Releases.Rollouts;

/// <summary>Whether a candidate's instances are there, ready and proved.</summary>
internal static class Readiness
{
    /// <summary>Whether all instances that the present step needs are ready, whether they are proved, and else what is missing.</summary>
    public static (bool Ready, bool Proved, string? Missing) Of(EnvironmentState state, RolloutState rollout, Observation seen)
    {
        if (!seen.TargetAnswers)
            return (false, false, "the target to answer");
        var candidate = state.Releases[rollout.Candidate!.Value].Release;
        var (allReady, allProved) = (true, true);
        var missing = new List<string>();
        foreach (var released in candidate.Services)
        {
            var (wanted, ready, proved) = Count(state, rollout, seen, candidate, released.Service);
            if (ready >= wanted && proved >= wanted)
                continue;
            allReady &= ready >= wanted;
            allProved = false;
            missing.Add(Drains.Old(state, rollout, seen, released.Service) is { } old ? old : ready < wanted ? $"{released.Service.Name} ({ready} of {wanted} ready)" : $"{released.Service.Name} ({proved} of {wanted} proved)");
        }
        return (allReady, allProved, missing.Count == 0 ? null : string.Join(", ", missing));
    }

    private static (int Wanted, int Ready, int Proved) Count(
        EnvironmentState state, RolloutState rollout, Observation seen, Release candidate, Service service)
    {
        if (service.Kind == ServiceKind.Job)
        {
            var over = OneOffList.Jobs(state, rollout).Any(one => one.Name == service.Name) ? 0 : 1;
            return (1, over, over);
        }
        if (Desired.HandsOver(rollout, state, service.Name) && !rollout.HandedOver)
            return (0, 0, 0);
        var percent = rollout.Phase == RolloutPhase.HandingOver ? 100 : rollout.Steps[rollout.Step].Percent;
        var ready = seen.Of(candidate.Id, service.Name).Where(one => one.Ready && one.Phase == InstancePhase.Running).ToList();
        return (WorkerShare.Instances(state, rollout, service, percent), ready.Count, ready.Count(one => rollout.Proved.Contains(one.Id)));
    }
}

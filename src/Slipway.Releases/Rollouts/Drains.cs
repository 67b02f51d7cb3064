using Slipway.Core.Manifests;
using Slipway.Releases.Journals;
using Slipway.Releases.Ports;

namespace Slipway.Releases.Rollouts;

/// <summary>Workers and schedulers on their way out: what is waited for, and how it went.</summary>
internal static class Drains
{
    /// <summary>More than any target keeps, so that nothing is told twice.</summary>
    private const int ToldMax = 200;

    /// <summary>The end of a worker or scheduler that the journal does not tell yet, with the rollout it belongs to; null when there is none.</summary>
    public static (RolloutId? Rollout, WorkEnded Event)? Untold(EnvironmentState state, Observation seen)
    {
        foreach (var ended in seen.Ended)
        {
            if (!state.Releases.TryGetValue(ended.Release, out var kept) || kept.Release.Find(ended.Service) is not { } released
                || !WorkerShare.Works(released.Service) || state.WorkEnds.Contains(Key(ended.Id, ended.EndedAt)))
                continue;
            var rollout = state.Rollouts.FindLast(one => one.StableKnown && (one.Stable == ended.Release || one.Candidate == ended.Release));
            return (rollout?.Id, new(ended.Id, ended.EndedAt, Math.Round((ended.EndedAt - ended.AskedAt).TotalSeconds, 1), ended.ExitCode, ended.Killed));
        }
        return null;
    }

    /// <summary>The state once an end was told.</summary>
    public static EnvironmentState Told(EnvironmentState state, WorkEnded ended)
    {
        var told = state.WorkEnds.Add(Key(ended.Instance, ended.At));
        return state with { WorkEnds = told.Count > ToldMax ? told.RemoveAt(0) : told };
    }

    /// <summary>What a hand-over waits for while the old one has not ended; null when it has.</summary>
    public static string? Old(EnvironmentState state, RolloutState rollout, Observation seen, Service service)
        => rollout is { HandedOver: true, Stable: { } stable } && Desired.HandsOver(rollout, state, service.Name)
            && seen.Of(stable, service.Name).FirstOrDefault() is { } old
            ? $"{old.Id}, which must end before another starts ({old.Trouble ?? "it was asked to"})" : null;

    /// <summary>What those of a release wait for that are asked to end; null when nobody works there any more.</summary>
    public static string? Leaving(EnvironmentState state, ReleaseId release, Observation seen)
    {
        var working = seen.Instances.FirstOrDefault(one => one.Release == release && one.Phase == InstancePhase.Stopping
            && state.Releases.TryGetValue(release, out var kept) && kept.Release.Find(one.Service) is { } released && WorkerShare.Works(released.Service));
        return working is null ? null : $"{working.Id} to finish its work or give it back ({working.Trouble ?? "it was asked to end"})";
    }

    private static string Key(InstanceId instance, DateTimeOffset at) => $"{instance} {at:O}";
}

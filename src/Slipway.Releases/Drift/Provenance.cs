using Slipway.Core.Manifests;
using Slipway.Releases.Ports;
using Slipway.Releases.Rollouts;

namespace Slipway.Releases.Drift;

/// <summary>Who declared what the live release says, as far as the journal knows.</summary>
internal static class Provenance
{
    /// <summary>
    /// The rollout that brought what a deviation deviates from: for a setting or a secret the one that first gave it its
    /// present value, for anything else the one that made the live release live.
    /// </summary>
    public static DriftOrigin? Of(EnvironmentState state, Deviation deviation)
    {
        Func<Release, string?>? value = deviation.Aspect switch
        {
            DriftAspect.Settings => release => release.Find(deviation.Service!.Value)?.Settings.GetValueOrDefault(deviation.Subject),
            DriftAspect.Secrets when deviation.Service is { } service => release => release.Find(service)?.Secrets.GetValueOrDefault(deviation.Subject)?.ToString(),
            _ => null,
        };
        var promoted = state.Rollouts.Where(one => one is { Promoted: true, Candidate: not null }).Reverse().ToList();
        var brought = promoted.Find(one => one.Candidate == state.Live);
        if (brought is null || value is null)
            return brought is null ? null : Origin(brought);
        var present = Value(state, state.Live!.Value, value);
        foreach (var earlier in promoted.SkipWhile(one => one != brought).TakeWhile(one => Value(state, one.Candidate!.Value, value) == present))
            brought = earlier;
        return Origin(brought);
    }

    private static string? Value(EnvironmentState state, ReleaseId release, Func<Release, string?> value) => value(state.Releases[release].Release);

    private static DriftOrigin Origin(RolloutState rollout) => new(rollout.Actor, rollout.RequestedAt, rollout.Id.ToString());
}

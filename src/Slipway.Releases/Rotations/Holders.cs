using Slipway.Core.Manifests;
using Slipway.Core.Settings;
using Slipway.Releases.Rollouts;

namespace Slipway.Releases.Rotations;

/// <summary>Says who has a version of a secret, or may come to have it without anybody deciding anew.</summary>
internal static class Holders
{
    /// <summary>What is to be waited for until no instance has such a version, nor can get it by an undoing; null for nothing.</summary>
    public static string? Missing(EnvironmentState state, Observation seen, Func<SecretVersion, bool> which)
    {
        if (!seen.TargetAnswers)
            return "the target to answer";
        if (state.Active is { } active)
            return $"the rollout {active.Id} to be over";
        if (state.Guarded is { } guarded && (guarded.Phase == RolloutPhase.RollingBack || Has(state, guarded.Stable, which) || Has(state, guarded.Candidate, which)))
            return $"the guard of {guarded.Id} to be over";
        var left = seen.Instances.Count(one => state.Releases.TryGetValue(one.Release, out var kept)
            && kept.Release.Find(one.Service) is { } service && service.Secrets.Values.Any(which));
        return left == 0 ? null : $"{left} {(left == 1 ? "instance that has" : "instances that have")} it to end";
    }

    /// <summary>Whether a service of a release has such a version.</summary>
    public static bool Has(EnvironmentState state, ReleaseId? release, Func<SecretVersion, bool> which)
        => release is { } id && state.Releases.TryGetValue(id, out var kept) && Has(kept.Release, which);

    /// <summary>Whether a service of a release has such a version.</summary>
    public static bool Has(Release release, Func<SecretVersion, bool> which)
        => release.Services.Any(service => service.Secrets.Values.Any(which));
}

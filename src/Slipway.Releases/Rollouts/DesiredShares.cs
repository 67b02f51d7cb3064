using System.Collections.Immutable;
using Slipway.Core.Manifests;

namespace Slipway.Releases.Rollouts;

/// <summary>Shares the traffic of each service between the stable release and the candidate.</summary>
internal static class DesiredShares
{
    private const int Whole = 1_000_000;

    /// <summary>
    /// The shares. A service of both releases is split by the rollout's percent. One that is new takes all its traffic once
    /// the candidate has any; one that is gone keeps its routes with stable until promotion. Where both would claim one
    /// route, stable has it below 100 %, the candidate from then on.
    /// </summary>
    public static ImmutableArray<DesiredShare> Of(EnvironmentState state, RolloutState? rollout)
    {
        if (rollout is null)
        {
            return state.Live is not { } live ? [] : Distinct(Services(state, live)
                .Select(service => new DesiredShare(service.Name, service.Routes, [(live, Whole)])));
        }
        var stable = rollout.Stable is { } id ? Services(state, id).ToDictionary(service => service.Name) : [];
        var candidate = rollout.Candidate is { } next ? Services(state, next).ToDictionary(service => service.Name) : [];
        var old = stable.Values.Where(service => !rollout.Promoted || candidate.ContainsKey(service.Name));
        var shares = old.Select(service => service.Name).Union(candidate.Keys)
            .Select(name => Share(state, rollout, stable.GetValueOrDefault(name), candidate.GetValueOrDefault(name)))
            .Where(share => share.Weights.Length > 0);
        var candidateWins = rollout.Share >= 100;
        return Distinct(shares.OrderBy(share => candidate.ContainsKey(share.Service) == candidateWins ? 0 : 1)
            .ThenBy(share => stable.ContainsKey(share.Service) == candidateWins ? 1 : 0));
    }

    private static DesiredShare Share(EnvironmentState state, RolloutState rollout, Service? old, Service? next)
    {
        var name = (old ?? next)!.Name;
        var handsOver = Desired.HandsOver(rollout, state, name);
        var percent = rollout.Promoted || (handsOver && rollout.HandedOver) ? 100
            : handsOver || rollout.Phase == RolloutPhase.RollingBack ? 0
            : rollout.Share;
        if (next is null)
            return new(name, old!.Routes, [(rollout.Stable!.Value, Whole)]);
        var candidate = rollout.Candidate!.Value;
        if (old is null)
            return new(name, next.Routes, percent > 0 ? [(candidate, Whole)] : []);
        var weight = percent * (Whole / 100);
        return new(name, percent >= 100 ? next.Routes : old.Routes, [(rollout.Stable!.Value, Whole - weight), (candidate, weight)]);
    }

    private static IEnumerable<Service> Services(EnvironmentState state, ReleaseId release)
        => state.Releases[release].Release.Services.Select(one => one.Service).Where(service => !service.Routes.IsEmpty && service.Kind != ServiceKind.Job);

    private static ImmutableArray<DesiredShare> Distinct(IEnumerable<DesiredShare> shares)
    {
        var taken = new HashSet<(string?, string)>();
        return
        [
            .. shares.Select(share => share with { Routes = [.. share.Routes.Where(route => taken.Add((route.Host, route.Path)))] })
                .Where(share => !share.Routes.IsEmpty)
                .OrderBy(share => share.Service.ToString(), StringComparer.Ordinal),
        ];
    }
}

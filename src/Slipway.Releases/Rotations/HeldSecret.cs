using System.Collections.Immutable;
using Slipway.Core.Settings;

namespace Slipway.Releases.Rotations;

/// <summary>What releases hold of a secret that is rotated.</summary>
/// <param name="Used">The version that the setting's own variable has.</param>
/// <param name="Next">The version that comes, accepted already; null for none. Random values only: a set of keys holds several.</param>
/// <param name="Previous">The version that goes, accepted still; null for none.</param>
public sealed record HeldSecret(SecretVersion Used, SecretVersion? Next = null, SecretVersion? Previous = null)
{
    /// <summary>What a release holds that is built now; null before the rotation has begun.</summary>
    public static HeldSecret? Now(RotationState rotation)
    {
        if (rotation.Old is not { } old)
            return null;
        var back = rotation.Phase is RotationPhase.Restoring or RotationPhase.Undoing || rotation.Outcome == RotationOutcome.Undone;
        if (rotation.New is not { } made || back)
            return new(old);
        if (rotation is { IsTakenBack: true, Phase: RotationPhase.Overlapping })
            return Announced(rotation);
        return (rotation.Plan.Rotation.Kind, rotation.Phase) switch
        {
            (RotationKind.Value, RotationPhase.Announcing) => Announced(rotation),
            (RotationKind.Value, RotationPhase.Switching or RotationPhase.Overlapping) => new(made, Previous: old),
            _ => new(made),
        };
    }

    /// <summary>Whether a release holds what releases hold until the rollout of the present phase is promoted.</summary>
    public static bool IsBefore(Release release, RotationState rotation) => (rotation.Phase, rotation.Plan.Rotation.Kind) switch
    {
        // What an earlier rotation could not drop is dropped with this one's first release.
        (RotationPhase.Announcing, _) => Holds(release, rotation.Plan) == rotation.Old,
        (RotationPhase.Switching, _) when rotation.Plan.IsAnnounced => Announced(rotation).IsIn(release, rotation.Plan),
        (RotationPhase.Switching, _) => Holds(release, rotation.Plan) == rotation.Old,
        (RotationPhase.Dropping, RotationKind.Keys) => new HeldSecret(rotation.Made[1]).IsIn(release, rotation.Plan),
        (RotationPhase.Dropping, _) => new HeldSecret(rotation.New!, Previous: rotation.Old).IsIn(release, rotation.Plan),
        _ => false,
    };

    /// <summary>
    /// Services as they are released now, with what every rotation under way says of their secrets. One that has ended since
    /// they were asked for counts too: they may hold what it has taken away.
    /// </summary>
    /// <param name="services">The services.</param>
    /// <param name="rotations">The rotations of their environment, oldest first.</param>
    /// <param name="askedAt">When they were asked for.</param>
    public static ImmutableArray<ReleasedService> In(ImmutableArray<ReleasedService> services, IEnumerable<RotationState> rotations, DateTimeOffset askedAt)
    {
        foreach (var rotation in rotations)
        {
            if ((rotation.IsOver && !(rotation.EndedAt >= askedAt)) || Now(rotation) is not { } held)
                continue;
            services = [.. services.Select(service => Holds(service, rotation.Plan) is not { } version ? service
                : (rotation.IsOver && !rotation.IsTakenFrom(version) ? held with { Used = version } : held).In(service, rotation.Plan))];
        }
        return services;
    }

    /// <summary>The version of a secret that a service uses; null when it does not hold it.</summary>
    public static SecretVersion? Holds(ReleasedService service, RotationPlan plan)
        => service.Secrets.TryGetValue(plan.Setting, out var version) && plan.IsOf(version) ? version : null;

    /// <summary>The version of a secret that a release uses; null when none of its services holds it.</summary>
    public static SecretVersion? Holds(Release release, RotationPlan plan)
        => release.Services.Select(service => Holds(service, plan)).FirstOrDefault(version => version is not null);

    /// <summary>The service with this.</summary>
    public ReleasedService In(ReleasedService service, RotationPlan plan)
    {
        var secrets = service.Secrets.SetItem(plan.Setting, Used);
        foreach (var (name, version) in Beside(plan))
            secrets = version is null ? secrets.Remove(name) : secrets.SetItem(name, version);
        return service with { Secrets = secrets };
    }

    /// <summary>Whether a release holds the secret, and everywhere just so.</summary>
    public bool IsIn(Release release, RotationPlan plan)
    {
        var holders = release.Services.Where(service => Holds(service, plan) is not null).ToList();
        return holders.Count > 0 && holders.TrueForAll(service => service.Secrets[plan.Setting] == Used
            && Beside(plan).All(one => service.Secrets.GetValueOrDefault(one.Name) == one.Version));
    }

    private static HeldSecret Announced(RotationState rotation) => rotation.Plan.Rotation.Kind == RotationKind.Value
        ? new(rotation.Old!, Next: rotation.Announced) : new(rotation.Announced!);

    private IEnumerable<(string Name, SecretVersion? Version)> Beside(RotationPlan plan) => plan.Rotation.Kind == RotationKind.Value
        ? [(Rotation.Next(plan.Setting), Next), (Rotation.Previous(plan.Setting), Previous)] : [];
}

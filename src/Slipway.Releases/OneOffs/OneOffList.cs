using Slipway.Core.Manifests;
using Slipway.Releases.Ports;
using Slipway.Releases.Rollouts;

namespace Slipway.Releases.OneOffs;

/// <summary>The one-offs of a release, and which of them are due.</summary>
internal static class OneOffList
{
    /// <summary>All of a release, in the order in which they run: migrations, then seeds, then jobs.</summary>
    public static IEnumerable<OneOff> Of(Release release)
        => [.. release.Services.SelectMany(Migrations), .. release.Services.SelectMany(Seeds), .. release.Services.SelectMany(Jobs)];

    /// <summary>Whether an instance is a migration or a seed: what runs of a release and is none of its services.</summary>
    private static bool IsBeforeStart(EnvironmentState state, WorkloadKey key)
        => state.Releases.TryGetValue(key.Release, out var kept) && kept.Release.Find(key.Service) is null;

    /// <summary>What has to run before the candidate starts, and has not run to its end.</summary>
    public static IEnumerable<OneOff> BeforeStart(EnvironmentState state, RolloutState rollout)
        => Pending(state, rollout).Where(one => one.Kind != OneOffKind.Job);

    /// <summary>What runs, or should run, in the rollout's present phase: one migration or seed after the other, all jobs at once.</summary>
    public static IEnumerable<OneOff> Due(EnvironmentState state, RolloutState rollout) => rollout.Phase switch
    {
        RolloutPhase.Migrating => BeforeStart(state, rollout).Take(1),
        RolloutPhase.Starting or RolloutPhase.Proving or RolloutPhase.HandingOver => Jobs(state, rollout),
        _ => [],
    };

    /// <summary>The jobs of the candidate that have not run to their end.</summary>
    public static IEnumerable<OneOff> Jobs(EnvironmentState state, RolloutState rollout)
        => Pending(state, rollout).Where(one => one.Kind == OneOffKind.Job);

    /// <summary>Those of the candidate that have begun and are not known to have ended well.</summary>
    public static IEnumerable<OneOff> Begun(EnvironmentState state, RolloutState rollout)
        => rollout.OneOffStarts.IsEmpty ? [] : Pending(state, rollout).Where(one => rollout.OneOffStarts.ContainsKey(one.Name));

    /// <summary>Whether a job should run now.</summary>
    public static bool IsDue(EnvironmentState state, RolloutState rollout, Observation seen, ServiceName name)
        => Due(state, rollout).Any(one => one.Name == name && !MakesWay(one, rollout, seen));

    /// <summary>The migration or seed that should run now, as a workload; null for none.</summary>
    public static DesiredWorkload? Workload(EnvironmentState state, RolloutState rollout, Observation seen)
    {
        if (rollout.Phase != RolloutPhase.Migrating || BeforeStart(state, rollout).FirstOrDefault() is not { } next)
            return null;
        var kept = state.Releases[rollout.Candidate!.Value];
        // One of a release before that does not die yet may still be at the data.
        var mine = new WorkloadKey(kept.Release.Id, next.Name);
        var another = seen.Instances.Select(one => new WorkloadKey(one.Release, one.Service)).Distinct().Any(key => key != mine && IsBeforeStart(state, key));
        return another || MakesWay(next, rollout, seen) ? null : new(kept.Release, next.Service, kept.Terms, 1);
    }

    /// <summary>Whether one that may be repeated is seen to have ended nobody knows how: it has to be gone before it can run again.</summary>
    public static bool MakesWay(OneOff one, RolloutState rollout, Observation seen)
        => one.Plan.Repeatable && seen.Of(rollout.Candidate!.Value, one.Name).Any(IsUnknown);

    /// <summary>The services of the releases that are seen which run on, in difference to what runs once.</summary>
    public static HashSet<WorkloadKey> Served(EnvironmentState state, Observation seen)
        => [.. seen.Instances.Select(one => one.Release).Distinct().Where(state.Releases.ContainsKey)
            .SelectMany(id => state.Releases[id].Release.Services.Where(one => one.Service.Kind != ServiceKind.Job).Select(one => new WorkloadKey(id, one.Service.Name)))];

    /// <summary>Whether an instance has ended nobody knows how.</summary>
    public static bool IsUnknown(Instance instance) => instance is { Phase: InstancePhase.Ended, ExitCode: null };

    private static IEnumerable<OneOff> Pending(EnvironmentState state, RolloutState rollout)
        => rollout.IsRollback || rollout.Candidate is not { } candidate ? []
            : Of(state.Releases[candidate].Release).Where(one => !state.OneOffs.IsDone(candidate, one));

    private static IEnumerable<OneOff> Jobs(ReleasedService released)
        => released.Service is { Kind: ServiceKind.Job, Replicas.Min: > 0 } ? [new(OneOffKind.Job, released, released.Service.Job ?? JobPlan.Default)] : [];

    private static IEnumerable<OneOff> Migrations(ReleasedService released)
        => released.Service.Migration is not { } migration ? []
            : [new(OneOffKind.Migration, As(released, "migrate", migration.Run, migration.Plan), migration.Plan) { Compatible = migration.Compatible }];

    private static IEnumerable<OneOff> Seeds(ReleasedService released)
        => (released.Service.Seeds ?? []).Select((seed, index) => new OneOff(OneOffKind.Seed, As(released, $"seed-{index + 1}", seed.Run, seed.Plan), seed.Plan)
        {
            SeedKey = $"{released.Service.Name}: {seed.Run}",
        });

    private static ReleasedService As(ReleasedService released, string purpose, CommandLine run, JobPlan plan) => released with
    {
        Service = released.Service with
        {
            Name = ServiceName.TryParse($"{released.Service.Name}-{purpose}", out var name) ? name
                : throw new InvalidOperationException($"{released.Service.Name}-{purpose} is too long; no check let it pass."),
            Kind = ServiceKind.Job,
            Run = run,
            Dev = null,
            Port = null,
            Health = new() { Smoke = [] },
            Routes = [],
            Needs = [],
            Replicas = new(1, 1),
            Job = plan,
            Migration = null,
            Seeds = null,
        },
    };
}

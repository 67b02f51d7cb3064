using Slipway.Cli.Following;
using Slipway.Core.Api;
using Slipway.Core.Manifests;
using Slipway.Releases.Journals;

namespace Slipway.Simulation.Invariants;

/// <summary>
/// An independent observer, who looks at nothing but the world (the table that the gateway has, the instances that run) and
/// works out for himself which release served from when on. What the journal, the status and the exit codes say must agree
/// with that.
/// </summary>
internal sealed class ObserverAgrees : IInvariant
{
    private const int CalmMin = 25;

    private readonly List<(DateTimeOffset At, ReleaseId Release)> _served = [];
    private readonly Dictionary<RolloutId, int?> _exits = [];

    /// <summary>How often an exit code was compared with the world.</summary>
    public int Compared { get; private set; }

    /// <summary>A person follows a rollout from the command line.</summary>
    public void Follow(RolloutId rollout) => _exits.TryAdd(rollout, null);

    public IEnumerable<string> During(Stage stage, int calm)
    {
        if (Whole(stage.World) is { } whole && (_served.Count == 0 || _served[^1].Release != whole))
            _served.Add((stage.World.Clock.GetUtcNow(), whole));
        if (calm >= CalmMin && stage.State is { Active: null, Stopping: false, Live: { } live } && IsRouted(stage, live) && Whole(stage.World) != live)
            yield return $"No rollout is under way and {live} is live, and {Whole(stage.World)} serves all.";
        foreach (var id in _exits.Where(one => one.Value is null).Select(one => one.Key).ToList())
        {
            if (stage.Engine.Rollout(id) is not { } view || FollowedEnd.ExitCode(view, FollowUntil.Promoted) is not { } code)
                continue;
            _exits[id] = code;
            Compared++;
            // The next in line may have begun in the same moment, and then the traffic is its own.
            var last = stage.State.Current is not { } current || current.Id == id;
            if (last && !stage.State.Stopping && stage.World.GatewayRuns && Contradiction(stage, view, code) is { } wrong)
                yield return wrong;
        }
    }

    public IEnumerable<string> AtRest(Stage stage)
    {
        var (world, whole) = (stage.World, AtRest(stage.World));
        if (whole != stage.State.Live)
            yield return $"The journal says that {stage.State.Live} is live, and {whole} serves.";
        if (stage.Engine.Snapshot(Scenes.Environment) is not { } status)
            yield break;
        if (status.Live?.Id != whole || status.State != (whole is null ? "idle" : "live"))
            yield return $"The status is {status.State} with {status.Live?.Id}, and {whole} serves.";
        if (!status.Instances.Select(one => one.Id).ToHashSet().SetEquals(world.Instances.Select(one => one.Id)))
            yield return "The status shows other instances than those that run.";
        foreach (var (id, code) in _exits)
        {
            if (code is null)
                yield return $"Whoever follows {id} waits for ever.";
        }
        foreach (var wrong in Told(stage))
            yield return wrong;
    }

    // Exit code 0 is a promise about the traffic at that moment; 1 says that the candidate has none.
    private static string? Contradiction(Stage stage, RolloutView view, int code)
    {
        if (view.Candidate is not { } candidate || stage.World.Table is not { } table)
            return null;
        foreach (var service in table.Services)
        {
            var mine = service.Releases.Any(one => one.Release == candidate.Id && one.Weight > 0);
            var others = service.Releases.Any(one => one.Release != candidate.Id && one.Weight > 0);
            var has = candidate.Services.Any(one => one.Service == service.Service && one.Routes.Count > 0);
            if (code == 0 && has && (!mine || others) && !view.Milestones[^1].What.Contains("could not be waited for", StringComparison.Ordinal))
                return $"{view.Id} exits 0, and {service.Service} is served by others than {candidate.Id}.";
            if (code == 1 && mine && stage.State.Live != candidate.Id)
                return $"{view.Id} exits 1 as {view.Outcome}, and {service.Service} is still served by {candidate.Id}.";
        }
        return null;
    }

    // What the audit log tells and what was seen are one story: nobody served all of whom it does not say that he was given any.
    private IEnumerable<string> Told(Stage stage)
    {
        var given = new HashSet<ReleaseId>();
        Dictionary<RolloutId, ReleaseId> candidates = [];
        foreach (var record in stage.Journal.Records(0))
        {
            switch (record.Event)
            {
                case RolloutRequested { Release: { } again }:
                    candidates[record.Rollout!.Value] = again;
                    break;
                case ReleaseBuilt built:
                    candidates[record.Rollout!.Value] = built.Kept.Release.Id;
                    break;
                case TrafficShifted or HandOverBegun:
                    given.Add(candidates[record.Rollout!.Value]);
                    break;
            }
        }
        foreach (var (at, release) in _served.Where(one => !given.Contains(one.Release)))
            yield return $"From {at:mm:ss} on {release} served all, and the journal never gave it any traffic.";
    }

    private static bool IsRouted(Stage stage, ReleaseId release) => stage.State.Releases[release].Release.Services.Any(one => !one.Service.Routes.IsEmpty);

    // Without any routes, those who run are all there is to see.
    private static ReleaseId? AtRest(World world) => world.Table is { Services.IsEmpty: false }
        ? Whole(world) : world.Instances.Select(one => one.Release).Distinct().ToList() is [var only] ? only : null;

    // The one release that has all of the traffic; null while there is none, or several.
    private static ReleaseId? Whole(World world)
    {
        if (world is not { GatewayRuns: true, Table: { } table })
            return null;
        ReleaseId? whole = null;
        foreach (var service in table.Services)
        {
            foreach (var release in service.Releases)
            {
                if (release.Weight == 0)
                    continue;
                if (whole is { } other && other != release.Release)
                    return null;
                whole = release.Release;
            }
        }
        return whole;
    }
}

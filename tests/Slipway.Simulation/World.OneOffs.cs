using Slipway.Core.Manifests;

namespace Slipway.Simulation;

/// <summary>What must hold of all that runs once.</summary>
internal sealed partial class World
{
    private readonly Dictionary<SimulatedInstance, OneOffRun> _running = [];

    /// <summary>Every run that ever began.</summary>
    public List<OneOffRun> Runs { get; } = [];

    /// <summary>The rollout under way.</summary>
    public Func<string?> RolloutNow { get; set; } = () => null;

    /// <summary>The release that is live, which may be one that was never proved: it stays when nothing else can be.</summary>
    public Func<ReleaseId?> LiveNow { get; set; } = () => null;

    /// <summary>Somebody takes a running one away, so that nobody ever hears of it again.</summary>
    public void Lose(string name)
    {
        foreach (var instance in _instances.Where(one => one.Service.Name.ToString() == name).ToList())
        {
            _instances.Remove(instance);
            _running[instance].Over = true;
        }
    }

    private Behaviour OfRun(SimulatedInstance instance)
    {
        var behaviour = Of(instance.Release, instance.Service.Name);
        return behaviour.JobRecovers && Runs.Count(one => one.Release == instance.Release && one.Name == instance.Service.Name) > 1
            ? behaviour with { JobExit = 0 } : behaviour;
    }

    private void NoteStart(SimulatedInstance instance)
    {
        if (!instance.IsJob)
        {
            if (instance.Service.Migration is not null && !HasMigrated(instance))
                Violations.Add($"{instance.Id} starts before its migration has ended.");
            return;
        }
        var before = Runs.Where(one => one.Release == instance.Release && one.Name == instance.Service.Name).ToList();
        if (before.Exists(one => one.ExitCode == 0))
            Violations.Add($"{instance.Id} has ended well before and is run again.");
        if (before.Exists(one => one.Rollout == RolloutNow()) && instance.Service.Job is { Repeatable: false })
            Violations.Add($"{instance.Id} is run twice in {RolloutNow()}.");
        if (IsAtData(instance) && _running.Any(one => !one.Value.Over && IsAtData(one.Key)))
            Violations.Add($"{instance.Id} begins while another migration or seed runs.");
        var run = new OneOffRun(instance.Release, instance.Service.Name, RolloutNow(), clock.GetUtcNow());
        _running[instance] = run;
        Runs.Add(run);
    }

    private void NoteEnds()
    {
        foreach (var (instance, run) in _running)
        {
            run.Over |= instance.HasEnded || instance.Gone;
            run.ExitCode ??= instance.ExitCode;
        }
    }

    private bool HasMigrated(SimulatedInstance instance)
        => Runs.Exists(one => one.Release == instance.Release && one.ExitCode == 0 && one.Name.ToString() == $"{instance.Service.Name}-migrate");

    // A migration or a seed is named after its service.
    private static bool IsAtData(SimulatedInstance instance)
        => instance.Service.Name.ToString() is var name && (name.EndsWith("-migrate", StringComparison.Ordinal) || name.Contains("-seed-", StringComparison.Ordinal));
}

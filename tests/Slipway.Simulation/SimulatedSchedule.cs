using Slipway.Core.Manifests;

namespace Slipway.Simulation;

/// <summary>
/// A schedule in the simulated world: schedulers make its ticks, each with the fencing token of its start. A scheduler catches up when
/// it begins and then remembers its next tick itself, so that two at once would make it twice if the fence let them. At every moment
/// it looks for two at once, and for a token that does not rise.
/// </summary>
internal sealed class SimulatedSchedule
{
    private readonly Stage _stage;
    private readonly Dictionary<SimulatedInstance, long> _next = [];
    private readonly Dictionary<ServiceName, (long Fence, SimulatedInstance Instance)> _last = [];
    private readonly HashSet<SimulatedInstance> _known = [];
    private readonly DateTimeOffset _began;
    private long _fence;

    public SimulatedSchedule(Stage stage)
    {
        _stage = stage;
        _began = stage.World.Clock.GetUtcNow();
        stage.Watched += Look;
    }

    /// <summary>How often each tick was made.</summary>
    public Dictionary<long, int> Made { get; } = [];

    /// <summary>How often one scheduler has followed another.</summary>
    public int HandOvers { get; private set; }

    /// <summary>How many ticks the fence has refused.</summary>
    public int Refused { get; private set; }

    /// <summary>The time between two ticks.</summary>
    public static TimeSpan Every { get; } = TimeSpan.FromMilliseconds(100);

    /// <summary>How many ticks are due.</summary>
    public long Due => (_stage.World.Clock.GetUtcNow() - _began).Ticks / Every.Ticks;

    /// <summary>A tick that somebody makes with a token; true when the fence lets it.</summary>
    public bool Make(long fence, long tick)
    {
        if (fence < _fence)
        {
            Refused++;
            return false;
        }
        _fence = fence;
        if (!Made.TryAdd(tick, 1))
        {
            Made[tick]++;
            _stage.World.Violations.Add($"Tick {tick} was made {Made[tick]} times.");
        }
        return true;
    }

    private void Look()
    {
        foreach (var scheduler in _stage.World.Instances.Where(one => one.Service.Kind == ServiceKind.Scheduler))
        {
            if (_known.Add(scheduler))
                Started(scheduler);
            if (!scheduler.Ended && (scheduler.Ready || _next.ContainsKey(scheduler)))
                Tick(scheduler);
        }
    }

    private void Started(SimulatedInstance scheduler)
    {
        if (_last.TryGetValue(scheduler.Service.Name, out var last))
        {
            HandOvers++;
            if (scheduler.Fence <= last.Fence)
                _stage.World.Violations.Add($"{scheduler.Id} was started with the token {scheduler.Fence}, after {last.Fence}.");
            if (!last.Instance.Gone)
                _stage.World.Violations.Add($"{scheduler.Id} was started while {last.Instance.Id} still ran, and they must not run at once.");
        }
        _last[scheduler.Service.Name] = (scheduler.Fence, scheduler);
    }

    private void Tick(SimulatedInstance scheduler)
    {
        if (!_next.TryGetValue(scheduler, out var next))
            next = Made.Count == 0 ? 0 : Made.Keys.Max() + 1;
        while (next < Due && Make(scheduler.Fence, next))
            next++;
        _next[scheduler] = next;
    }
}

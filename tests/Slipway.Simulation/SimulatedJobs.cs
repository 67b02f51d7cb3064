using Slipway.Core.Manifests;
using Slipway.Releases.Rollouts;

namespace Slipway.Simulation;

/// <summary>
/// A queue of jobs in the simulated world, which workers take, finish or give back. At every moment it looks whether fewer workers are
/// at work than were promised.
/// </summary>
internal sealed class SimulatedJobs
{
    private static readonly TimeSpan Length = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(5);

    private readonly Stage _stage;
    private readonly List<int> _due = [];
    private readonly Dictionary<SimulatedInstance, (int Job, DateTimeOffset DoneAt)> _underWay = [];
    private readonly Dictionary<int, DateTimeOffset> _abandoned = [];
    private readonly Dictionary<ServiceName, int> _held = [];
    private int _added;

    public SimulatedJobs(Stage stage)
    {
        _stage = stage;
        stage.Watched += Look;
    }

    /// <summary>How often each job was done.</summary>
    public Dictionary<int, int> Done { get; } = [];

    /// <summary>Jobs that are not done.</summary>
    public int Open => _due.Count + _underWay.Count + _abandoned.Count;

    /// <summary>Puts jobs into the queue.</summary>
    public void Add(int jobs)
    {
        _due.AddRange(Enumerable.Range(_added, jobs));
        _added += jobs;
    }

    private void Look()
    {
        var now = _stage.World.Clock.GetUtcNow();
        foreach (var worker in _stage.World.Instances.Where(one => one.Service.Kind == ServiceKind.Worker))
            Work(worker, now);
        Leave(now);
        Promise();
    }

    private void Work(SimulatedInstance worker, DateTimeOffset now)
    {
        if (_underWay.TryGetValue(worker, out var job) && job.DoneAt <= now && !worker.Ended)
        {
            _underWay.Remove(worker);
            Done[job.Job] = Done.GetValueOrDefault(job.Job) + 1;
        }
        if (worker.StopAt is not null || !worker.Ready || _underWay.ContainsKey(worker) || _due.Count == 0)
            return;
        _underWay[worker] = (_due[0], now + Length);
        _due.RemoveAt(0);
    }

    // Who was asked to end gives back what it could not finish; what a dead one had comes back when its lease ends.
    private void Leave(DateTimeOffset now)
    {
        foreach (var (worker, job) in _underWay.Where(one => one.Key.Gone || one.Key.Ended).ToList())
        {
            _underWay.Remove(worker);
            if (worker.Ended)
                _abandoned[job.Job] = now + Lease;
            else
                _due.Insert(0, job.Job);
        }
        foreach (var job in _abandoned.Where(one => one.Value <= now).Select(one => one.Key).ToList())
        {
            _abandoned.Remove(job);
            _due.Insert(0, job);
        }
    }

    // Of both plans the smaller one counts, from when a service first had as many at work.
    private void Promise()
    {
        if (_stage.Engine.Runners.SingleOrDefault()?.State is not { Stopping: false, Live: { } live } state || state.Rollouts.Exists(one => one is { IsOver: false, IsRecreate: true }))
        {
            _held.Clear();
            return;
        }
        var rollout = state.Current is { StableKnown: true } current ? current : null;
        foreach (var service in state.Releases[live].Release.Services.Select(one => one.Service).Where(one => one.Kind == ServiceKind.Worker))
        {
            var other = rollout?.Stable == live ? rollout?.Candidate : rollout?.Stable;
            var promised = other is { } id ? Math.Min(service.Replicas.Min, Replicas(state, id, service.Name)) : service.Replicas.Min;
            var working = _stage.World.Instances.Count(one => one.Service.Name == service.Name && one.StopAt is null && one.WasReady);
            if (working >= promised)
                _held[service.Name] = promised;
            else if (working < Math.Min(promised, _held.GetValueOrDefault(service.Name)))
                _stage.World.Violations.Add($"Only {working} of {promised} instances of {service.Name} are at work in {rollout?.Phase} of {rollout?.Id}.");
        }
    }

    private static int Replicas(EnvironmentState state, ReleaseId release, ServiceName service)
        => state.Releases[release].Release.Find(service)?.Service.Replicas.Min ?? 0;
}

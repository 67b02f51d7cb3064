using System.Collections.Immutable;
using Slipway.Core.Manifests;
using Slipway.Releases.Ports;
using Slipway.Targets.Processes.Instances;
using Slipway.Targets.Processes.Spawning;

namespace Slipway.Targets.Processes;

/// <summary>The instances of one environment.</summary>
internal sealed partial class ProcessEnvironment
{
    private static readonly TimeSpan s_afterFault = TimeSpan.FromSeconds(1);
    private readonly Lock _sync = new();
    private readonly Dictionary<InstanceId, InstanceRunner> _runners = [];
    private readonly HashSet<Task> _running = [];
    private readonly List<InstanceFolder> _unreadable = [];
    private readonly Queue<EndedInstance> _ended = [];
    private readonly ProcessMachine _machine;
    private readonly Action<EnvironmentName> _changed;
    private readonly CancellationToken _leave;
    private readonly FenceFile _fence;

    public ProcessEnvironment(ProcessMachine machine, EnvironmentName name, Action<EnvironmentName> changed, CancellationToken leave)
    {
        _machine = machine;
        _changed = changed;
        _leave = leave;
        Name = name;
        _fence = new(Path.Combine(machine.Home.Environment(name), "fence"));
        Adopt();
    }

    /// <summary>Its name.</summary>
    public EnvironmentName Name { get; }

    /// <summary>The instances that exist.</summary>
    public ImmutableArray<InstanceRunner> Runners
    {
        get
        {
            lock (_sync)
                return [.. _runners.Values];
        }
    }

    /// <summary>How the last instances ended that were asked to.</summary>
    public ImmutableArray<EndedInstance> Ended
    {
        get
        {
            lock (_sync)
                return [.. _ended];
        }
    }

    /// <summary>Ends once nobody watches an instance any more, which follows the leaving: from then on nothing is written here.</summary>
    public Task WhenLeft()
    {
        lock (_sync)
            return Task.WhenAll(_running);
    }

    /// <summary>One of them; null when there is none of that name.</summary>
    public InstanceRunner? Find(InstanceId id)
    {
        lock (_sync)
            return _runners.GetValueOrDefault(id);
    }

    /// <summary>Makes a workload run; see <see cref="ITarget.Ensure"/>.</summary>
    public void Ensure(Workload workload, FencingToken token)
    {
        _fence.Pass(token);
        lock (_sync)
        {
            var kept = Living(new(workload.Release, workload.Service.Name)).ToList();
            foreach (var other in kept.Where(runner => !IsSame(runner.Record, workload)).ToList())
            {
                other.Stop();
                kept.Remove(other);
            }
            foreach (var runner in kept)
                runner.Give(workload.Variables);
            for (var i = kept.Count - 1; i >= workload.Instances; i--)
                kept[i].Stop();
            // Of those that must not run twice nothing is started while one still runs, whatever its release and however it hangs.
            var mustWait = !workload.Service.Overlap && _runners.Values.Any(runner => runner.Record.Service.Name == workload.Service.Name && !kept.Contains(runner));
            if (kept.Count >= workload.Instances || mustWait)
                return;
            _machine.CheckRoom();
            for (var i = kept.Count; i < workload.Instances; i++)
                AddLocked(workload);
        }
        _changed(Name);
    }

    /// <summary>Ends a workload.</summary>
    public void Remove(WorkloadKey workload, FencingToken token)
    {
        _fence.Pass(token);
        foreach (var runner in Living(workload))
            runner.Stop();
    }

    /// <summary>Ends one instance; nothing when there is none.</summary>
    public void End(InstanceId instance, FencingToken token)
    {
        _fence.Pass(token);
        Find(instance)?.Stop();
    }

    /// <summary>Lets a token pass that is no lower than the highest seen.</summary>
    /// <exception cref="StaleFencingTokenException">It is lower.</exception>
    public void Pass(FencingToken token) => _fence.Pass(token);

    /// <summary>Ends and deletes an instance of which nothing is known but its folder.</summary>
    public void EndNobodys(InstanceFolder folder)
    {
        lock (_sync)
        {
            if (_runners.Values.Any(runner => runner.Folder == folder))
                return;
            EndUnreadable(folder);
            _unreadable.Remove(folder);
        }
    }

    /// <summary>Ends what belongs to none of these workloads.</summary>
    public void RemoveOrphans(ImmutableHashSet<WorkloadKey> known, FencingToken token)
    {
        _fence.Pass(token);
        foreach (var runner in Runners.Where(runner => !known.Contains(runner.Record.Workload) && !runner.Record.Stopping))
        {
            LogOrphan(_machine.Logger, runner.Record.Id);
            runner.Stop();
        }
        lock (_sync)
        {
            _unreadable.ForEach(EndUnreadable);
            _unreadable.Clear();
        }
    }

    private static bool IsSame(InstanceRecord record, Workload workload)
        => record.Artefact == workload.Artefact && record.Development == workload.Development;

    /// <summary>The instances of a workload that are not ending, oldest first.</summary>
    private IEnumerable<InstanceRunner> Living(WorkloadKey workload)
        => Runners
            .Where(runner => runner.Record is { Stopping: false } record && record.Workload == workload)
            .OrderBy(runner => runner.Record.CreatedAt)
            .ThenBy(runner => runner.Record.Ordinal);

    private void AddLocked(Workload workload)
    {
        var ordinal = 1;
        while (_runners.ContainsKey(IdOf(workload, ordinal)))
            ordinal++;
        var id = IdOf(workload, ordinal);
        var folder = new InstanceFolder(Path.Combine(_machine.Home.Instances(Name), id.ToString()));
        var record = new InstanceRecord
        {
            Id = id,
            Release = workload.Release,
            Service = workload.Service,
            Ordinal = ordinal,
            Artefact = workload.Artefact,
            SourceFolder = workload.SourceFolder,
            Development = workload.Development,
            CreatedAt = _machine.Clock.GetUtcNow(),
        };
        _fence.Hold(() =>
        {
            folder.ForgetRun();
            folder.Save(record);
        });
        Launch(folder, record, workload.Variables);
    }

    private static InstanceId IdOf(Workload workload, int ordinal)
        => InstanceId.TryParse($"{workload.Service.Name}-{workload.Release}-{ordinal}", out var id)
            ? id
            : throw new TargetException($"The name {workload.Service.Name} is too long for an instance's name. Use 60 characters at most.");

    /// <summary>Begins to watch an instance: a new one with its settings, or one that was left behind, without.</summary>
    private void Launch(InstanceFolder folder, InstanceRecord record, ImmutableSortedDictionary<string, string>? settings)
    {
        var runner = new InstanceRunner(_machine, Name, folder, record, _fence, () => _changed(Name));
        lock (_sync)
            _runners.Add(record.Id, runner);
        if (settings is null)
            runner.Adopt();
        else
            runner.Give(settings);
        var run = Run(runner);
        lock (_sync)
            _running.Add(run);
        _ = run.ContinueWith(Forget, TaskScheduler.Default);
    }

    private void Forget(Task run)
    {
        lock (_sync)
            _running.Remove(run);
    }

    private async Task Run(InstanceRunner runner)
    {
        // Off the caller's thread: starting a process reads the disk.
        await Task.Yield();
        while (!await IsOver(runner))
            await Task.Delay(s_afterFault, _machine.Clock, _leave).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (_leave.IsCancellationRequested)
            return;
        lock (_sync)
        {
            Remember(runner.Record);
            _runners.Remove(runner.Record.Id);
        }
        runner.Dispose();
        _changed(Name);
        try
        {
            Prune();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            LogNotPruned(_machine.Logger, e, Name);
        }
    }

    /// <summary>Runs an instance to its end; false when a fault of ours, not of the instance's, has cut that off.</summary>
    private async Task<bool> IsOver(InstanceRunner runner)
    {
        try
        {
            await runner.Run(_leave);
            return true;
        }
        catch (StaleFencingTokenException)
        {
            // It is watched by the control plane that has taken over.
            await Task.Delay(Timeout.InfiniteTimeSpan, _leave).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return true;
        }
        catch (Exception e)
        {
            LogRunnerFailed(_machine.Logger, e, runner.Record.Id);
            return _leave.IsCancellationRequested;
        }
    }

    /// <summary>Takes on what a control plane before this one has left running.</summary>
    private void Adopt()
    {
        var root = _machine.Home.Instances(Name);
        if (!Directory.Exists(root))
            return;
        var ended = new List<InstanceRecord>();
        foreach (var path in Directory.EnumerateDirectories(root))
        {
            var folder = new InstanceFolder(path);
            if (folder.Load() is not { } record)
                _unreadable.Add(folder);
            else if (record.EndedAt is null)
                Launch(folder, record, settings: null);
            else
                ended.Add(record);
        }
        foreach (var record in ended.OrderBy(record => record.EndedAt))
            Remember(record);
    }

    private void Remember(InstanceRecord record)
    {
        if (InstanceEnding.Of(record) is { } ended)
            _ended.Enqueue(ended);
        while (_ended.Count > _machine.Options.EndedKept)
            _ended.Dequeue();
    }

    /// <summary>An instance whose record cannot be read is nobody's: whatever bears its mark is ended.</summary>
    private void EndUnreadable(InstanceFolder folder)
    {
        LogUnreadable(_machine.Logger, folder.Path);
        foreach (var row in ProcessRow.ReadAll())
        {
            if (!row.IsZombie && ProcessRow.HasVariable(row.Pid, folder.Mark) is true)
                Posix.Kill(row.Pid, Posix.SigKill);
        }
        folder.Delete();
    }

    /// <summary>Deletes the oldest of the ended instances' folders.</summary>
    private void Prune()
    {
        var ended = Directory.EnumerateDirectories(_machine.Home.Instances(Name))
            .Select(path => (Folder: new InstanceFolder(path), new InstanceFolder(path).Load()?.EndedAt))
            .Where(entry => entry.EndedAt is not null)
            .OrderByDescending(entry => entry.EndedAt)
            .Skip(_machine.Options.EndedKept);
        foreach (var (folder, _) in ended)
            folder.Delete();
    }
}

using System.Collections.Immutable;
using Slipway.Core.Manifests;
using Slipway.Releases.Ports;
using Slipway.Targets.Processes.Commands;
using Slipway.Targets.Processes.Health;
using Slipway.Targets.Processes.Inspecting;
using Slipway.Targets.Processes.Limits;
using Slipway.Targets.Processes.Logs;
using Slipway.Targets.Processes.Spawning;

namespace Slipway.Targets.Processes.Instances;

/// <summary>Keeps one instance alive: starts it, watches its health, restarts it, ends it.</summary>
internal sealed partial class InstanceRunner : IDisposable
{
    private readonly ProcessMachine _machine;
    private readonly RecordKeeper _kept;
    private readonly FenceFile _fence;
    private readonly BackOff _backOff = new(Random.Shared.NextDouble);
    private readonly CancellationTokenSource _stop = new();
    private readonly InstanceSettings _settings = new();
    private readonly InstanceCheck _check;
    private readonly JobRun? _job;
    private readonly StartFence _starts;
    private ControlGroup? _group;
    private RunningProcess? _process;
    private bool _endedBefore;
    private long _memoryKillsBefore;
    private long _errorFrom;
    private long _outputFrom;

    public InstanceRunner(ProcessMachine machine, EnvironmentName environment, InstanceFolder folder, InstanceRecord record, FenceFile fence, Action changed)
    {
        _machine = machine;
        _fence = fence;
        Folder = folder;
        _kept = new(machine, folder, record, fence, changed);
        Plan = new(machine.Home, environment, folder);
        _check = new(Plan, _settings);
        _job = JobRun.IsOne(record) ? new(folder) : null;
        _starts = new(machine.Home, environment, machine.Clock);
        Sight = new(Plan, _settings, machine.Clock);
        _group = record.Groups.IsEmpty ? null : new(record.Groups);
        _endedBefore = record.Restarts > 0;
        Output = new(folder.Output, machine.Options.LogBytesMax, machine.Options.LogFilesKept);
        Error = new(folder.Error, machine.Options.LogBytesMax, machine.Options.LogFilesKept);
        if (record.Stopping)
            _stop.Cancel();
    }

    /// <summary>What is known of it.</summary>
    public InstanceRecord Record => _kept.Record;

    /// <summary>What it uses, as last measured.</summary>
    public Usage? Usage { get; set; }

    /// <summary>What it last told of itself.</summary>
    public InstanceMetrics? Metrics { get; set; }

    /// <summary>The process that runs now.</summary>
    public ProcessIdentity? Process => _process?.Identity;

    /// <summary>Its control groups.</summary>
    public ControlGroup? Group => _group;

    /// <summary>Its folder.</summary>
    public InstanceFolder Folder { get; }

    /// <summary>How it is started.</summary>
    public InstanceStart Plan { get; }

    /// <summary>How its process looked first.</summary>
    public InstanceSight Sight { get; }

    /// <summary>Its settings; null while they are not known.</summary>
    public ImmutableSortedDictionary<string, string>? Settings => _settings.Values;

    /// <summary>Its standard output.</summary>
    public LogFile Output { get; }

    /// <summary>Its standard error.</summary>
    public LogFile Error { get; }

    /// <summary>How it looks from outside.</summary>
    public Instance Snapshot() => InstanceSnapshot.Of(Record, Usage, Metrics);

    /// <summary>Gives it its settings: without them it can be watched, but not started.</summary>
    public void Give(ImmutableSortedDictionary<string, string> settings) => _settings.Give(settings);

    /// <summary>Asks it to end; returns at once.</summary>
    public void Stop()
    {
        Update(record => record with { Stopping = true, Ready = false });
        _ = _stop.CancelAsync();
    }

    /// <summary>Runs until it was asked to end and all of it has gone, or until it is left alone.</summary>
    /// <param name="leave">Ends the watching only; the process runs on.</param>
    public async Task Run(CancellationToken leave)
    {
        using var wake = CancellationTokenSource.CreateLinkedTokenSource(leave, _stop.Token);
        try
        {
            await Live(wake.Token);
        }
        catch (OperationCanceledException) when (wake.IsCancellationRequested)
        {
        }
        try
        {
            if (!leave.IsCancellationRequested)
                await End(leave);
        }
        catch (OperationCanceledException) when (leave.IsCancellationRequested)
        {
            // The next control plane goes on from what is recorded.
            return;
        }
    }

    /// <summary>Asks a check of it once.</summary>
    public Task<ProbeAnswer> Ask(ProbeCheck check, TimeSpan timeout, CancellationToken cancellation)
        => _check.Ask(Record, check, timeout, cancellation);

    public void Dispose()
    {
        _stop.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Writes its record to disk as it is known here.</summary>
    /// <exception cref="IOException">The disk refuses.</exception>
    public void SaveRecord() => _kept.Save();

    private async Task Live(CancellationToken wake)
    {
        while (true)
        {
            wake.ThrowIfCancellationRequested();
            if (Record.Done)
                await Task.Delay(Timeout.InfiniteTimeSpan, wake);
            _process ??= await Start(wake);
            if (_process is { } process)
            {
                await Watch(process, wake);
                _process = null;
            }
            var record = Record;
            var lived = record.StartedAt is { } started ? _machine.Clock.GetUtcNow() - started : TimeSpan.Zero;
            if (!record.Done)
                await Task.Delay(_backOff.Next(lived), _machine.Clock, wake);
        }
    }

    private async Task<RunningProcess?> Start(CancellationToken wake)
    {
        if (!_settings.AreGiven)
            Update(record => record with { Trouble = record.Trouble ?? $"{record.Id} waits for its settings" });
        var settings = await _settings.Get(wake);
        try
        {
            return await StartNow(settings);
        }
        catch (Exception e) when (e is SpawnException or CommandException or IOException or UnauthorizedAccessException)
        {
            _endedBefore = true;
            Update(record => record with { Process = null, Ready = false, StartedUp = false, Trouble = $"{record.Id} cannot be started: {e.Message.TrimEnd('.')}" });
            return null;
        }
    }

    private async Task<RunningProcess> StartNow(ImmutableSortedDictionary<string, string> settings)
    {
        _fence.Check();
        var again = Record.StartedAt is not null;
        if (Record.Service.Port is not null && (Record.Port is not { } held || !PortRegister.IsFree(held)))
        {
            if (Record.Port is { } lost)
                _machine.Ports.Release(lost, Folder.RecordPath);
            var port = await _machine.Ports.Take(Folder.RecordPath);
            Update(record => record with { Port = port });
        }
        _group ??= _machine.Limit(Record);
        var fence = await _starts.Next(Record.Service.Name);
        Update(record => record with { Process = null, Ready = false, StartedUp = false, Groups = _group?.Folders ?? [], Fence = fence });
        var (request, builtAt) = Plan.Request(Record, settings, _group, _job);
        _memoryKillsBefore = _group?.MemoryKills() ?? 0;
        _outputFrom = LogFile.LengthOf(Folder.Output);
        _errorFrom = LogFile.LengthOf(Folder.Error);
        RunningProcess? process = null;
        // Whoever takes over finds either no process and none to come, or one that its record tells of.
        _fence.Hold(() =>
        {
            if (_job is not null)
            {
                Update(record => record with { LaunchedAtBoot = ProcessIdentity.CurrentBoot });
                SaveRecord();
            }
            process = RunningProcess.Start(request, Folder.Mark, Members());
            Update(record => record with
            {
                Process = process.Identity,
                StartedAt = _machine.Clock.GetUtcNow(),
                ArtefactBuiltAt = builtAt,
                Restarts = again ? record.Restarts + 1 : record.Restarts,
            });
        });
        return process!;
    }

    private Func<IReadOnlyList<int>> Members() => () => _group?.Members() ?? [];

    private async Task Watch(RunningProcess process, CancellationToken wake)
    {
        var record = Record;
        if (_job is not null)
        {
            // It is no health that a job is judged by, but its end.
            Update(before => before with { StartedUp = true, Trouble = null });
            await process.Ended.WaitAsync(wake);
            await Finished(process);
            return;
        }
        using var end = CancellationTokenSource.CreateLinkedTokenSource(wake);
        var health = new HealthWatch(record.Service.Health, record.Port is not null, Ask, this, _machine.Clock)
            .Run(record.StartedAt ?? _machine.Clock.GetUtcNow(), record.StartedUp, record.Ready, end.Token);
        await Task.WhenAny(process.Ended, health);
        if (process.Ended.IsCompleted)
        {
            await end.CancelAsync();
            await Finished(process);
            return;
        }
        var reason = await health;
        _fence.Check();
        _endedBefore = true;
        Update(before => before with { Ready = false, Trouble = $"{before.Id} {reason}; it is being restarted" });
        await process.Stop(record.Service.StopGrace);
        Update(before => before with { Process = null, StartedUp = false, ExitCode = process.ExitCode(), Trouble = $"{before.Id} {reason}" });
    }

    private async Task Finished(RunningProcess process)
    {
        _fence.Check();
        var record = Record;
        var code = _job is null ? process.ExitCode() : _job.ExitCode(process.ExitCode());
        var lived = _machine.Clock.GetUtcNow() - (record.StartedAt ?? _machine.Clock.GetUtcNow());
        var trouble = _job is not null && code is null ? EndStory.OfJob(record, null) : EndStory.Tell(record, code, lived, _group?.MemoryKills() > _memoryKillsBefore, LastLine());
        _endedBefore = true;
        Update(before => _job is null
            ? before with { Process = null, Ready = false, StartedUp = false, ExitCode = code, Trouble = trouble }
            : JobRun.Over(before, code, trouble));
        await process.Kill();
    }

    private string? LastLine()
        => LogFile.LastTellingLine(Folder.Error, _errorFrom) ?? LogFile.LastTellingLine(Folder.Output, _outputFrom);

    private async Task End(CancellationToken leave)
    {
        _fence.Check();
        var record = Record;
        if (_process is { } process)
        {
            await new InstanceEnding(_machine, _kept).Run(process, leave);
        }
        for (var attempt = 0; attempt < 20 && _group?.TryRemove() == false; attempt++)
            await Task.Delay(50);
        // Under the lock: the one that has taken over may have an instance of the same name.
        _fence.Hold(() =>
        {
            if (record.Port is { } port)
                _machine.Ports.Release(port, Folder.RecordPath);
            Folder.DeleteWork();
            Update(before => before with { Process = null, Groups = [], EndedAt = _machine.Clock.GetUtcNow() });
        });
    }

    private void Update(Func<InstanceRecord, InstanceRecord> change) => _kept.Update(change);
}

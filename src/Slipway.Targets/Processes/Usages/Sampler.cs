using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Slipway.Targets.Processes.Instances;
using Slipway.Targets.Processes.Logs;
using Slipway.Targets.Processes.Spawning;

namespace Slipway.Targets.Processes.Usages;

/// <summary>Measures every second what the instances use, covers the secrets in their logs and rotates them.</summary>
/// <param name="machine">What they share.</param>
/// <param name="environments">The environments.</param>
internal sealed partial class Sampler(ProcessMachine machine, Func<ImmutableArray<ProcessEnvironment>> environments)
{
    private static readonly TimeSpan s_period = TimeSpan.FromSeconds(1);
    private readonly Dictionary<InstanceRunner, UsageMeter> _meters = [];
    private readonly LogSweep _sweep = new(machine.Options.Secrets);

    /// <summary>Goes on until cancelled.</summary>
    public async Task Run(CancellationToken cancellation)
    {
        using var timer = new PeriodicTimer(s_period);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellation))
                Sample(cancellation);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
        }
    }

    private void Sample(CancellationToken cancellation)
    {
        var runners = environments().SelectMany(environment => environment.Runners).ToList();
        SweepEnded();
        foreach (var gone in _meters.Keys.Except(runners).ToList())
            _meters.Remove(gone);
        if (runners.Count == 0)
            return;
        var wanted = new WantedMetrics(runners);
        var sessions = ProcessRow.ReadAll().Where(row => !row.IsZombie).ToLookup(row => row.Session);
        foreach (var runner in runners)
        {
            try
            {
                if (!_meters.TryGetValue(runner, out var meter))
                    _meters[runner] = meter = new UsageMeter(runner, machine.Clock);
                runner.Usage = runner.Process is { } process ? meter.Measure(sessions[process.Pid], wanted.Of(runner), cancellation) : null;
                runner.Metrics = runner.Process is null ? null : meter.Metrics;
                // Covered first: what is rotated is not looked at again.
                runner.Output.Cover(machine.Options.Secrets);
                runner.Error.Cover(machine.Options.Secrets);
                runner.Output.Rotate();
                runner.Error.Rotate();
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                LogNotSampled(machine.Logger, e, runner.Record.Id);
            }
        }
    }

    private void SweepEnded()
    {
        foreach (var environment in environments())
        {
            var instances = machine.Home.Instances(environment.Name);
            try
            {
                _sweep.Sweep(instances, environment.Runners.Select(runner => Path.Combine(instances, runner.Record.Id.ToString())).ToHashSet(StringComparer.Ordinal));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                LogNotSwept(machine.Logger, e, environment.Name);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The logs of ended instances of {Environment} could not be looked over for secrets.")]
    private static partial void LogNotSwept(ILogger logger, Exception error, Slipway.Core.Manifests.EnvironmentName environment);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The logs of {Instance} could not be rotated, or its use not be measured.")]
    private static partial void LogNotSampled(ILogger logger, Exception error, Slipway.Core.Manifests.InstanceId instance);
}

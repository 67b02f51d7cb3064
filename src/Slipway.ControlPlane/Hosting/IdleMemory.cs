using Slipway.Releases;

namespace Slipway.ControlPlane.Hosting;

/// <summary>
/// Gives memory back once a rollout is over. The collector lets garbage lie until there is about as much of it as the
/// processor's cache holds, which on a large machine is more than all that a control plane needs; left alone, its
/// memory would stay where the busiest minute had put it.
/// </summary>
/// <param name="engine">Knows whether a rollout is under way.</param>
/// <param name="clock">The time.</param>
internal sealed class IdleMemory(ReleaseEngine engine, TimeProvider clock) : BackgroundService
{
    private const long GarbageBytesMin = 4 << 20;
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(20);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        long seen = 0;
        using var timer = new PeriodicTimer(Period, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            var allocated = GC.GetTotalAllocatedBytes();
            if (allocated - seen < GarbageBytesMin || IsBusy())
                continue;
            seen = allocated;
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        }
    }

    private bool IsBusy()
        => engine.Environments.Any(environment => engine.Snapshot(environment)?.State is "rolling-out" or "rolling-back" or "stopping");
}

using Slipway.Cli.Load;

namespace Slipway.Bench;

/// <summary>Traffic through a gateway until it is told to end: plain requests, uploads that must come back whole, streams.</summary>
internal sealed class Traffic : IAsyncDisposable
{
    private readonly CancellationTokenSource _end;
    private readonly Task<LoadReport> _running;

    private Traffic(LoadPlan plan, CancellationToken stop)
    {
        _end = CancellationTokenSource.CreateLinkedTokenSource(stop);
        // Kept from the thread pool's queue: a load of its own thread would else wait for our other work.
        _running = Task.Factory.StartNew(() => OpenLoopLoad.Run(plan, null, _end.Token), stop, TaskCreationOptions.LongRunning, TaskScheduler.Default).Unwrap();
    }

    public static Traffic Mixed(Uri target, double ratePerSecond, CancellationToken stop) => new(
        new LoadPlan
        {
            Target = target,
            RatePerSecond = ratePerSecond,
            Duration = TimeSpan.FromHours(1),
            Mix =
            [
                new LoadRequest { Name = "get", Weight = 80, Path = "/hello" },
                LoadRequest.Upload("/echo", 8 * 1024, echoed: true) with { Weight = 10 },
                new LoadRequest { Name = "stream", Weight = 10, Path = "/stream?n=5&ms=2" },
            ],
        },
        stop);

    public async Task<LoadReport> End()
    {
        await _end.CancelAsync();
        return await _running;
    }

    public async ValueTask DisposeAsync()
    {
        await End();
        _end.Dispose();
    }
}

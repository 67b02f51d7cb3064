using System.Collections.Concurrent;
using System.Diagnostics;
using Courier.Messages;
using Courier.Operations;

namespace Courier.Worker;

/// <summary>
/// Takes what is due and delivers it, several at once. Asked to stop, it takes no more, lets deliveries under way end, and
/// gives back those that do not end in time.
/// </summary>
internal sealed partial class DeliveryLoop(
    IDeliveryQueue queue, Deliverer deliverer, CourierSettings settings, DeliveryMetrics metrics, ILogger<DeliveryLoop> logger)
    : BackgroundService
{
    private static readonly TimeSpan _idle = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan _afterFault = TimeSpan.FromSeconds(1);

    private readonly SemaphoreSlim _free = new(settings.Workers);
    private readonly ConcurrentDictionary<long, Task> _underWay = new();
    private readonly CancellationTokenSource _abandon = new();

    /// <inheritdoc/>
    public override void Dispose()
    {
        base.Dispose();
        _abandon.Dispose();
        _free.Dispose();
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await TurnAsync(stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                break;
            }
            catch (Exception fault)
            {
                // Whatever it was, the queue keeps what was not settled; a worker that gave up would help nobody.
                LogTurnFailed(logger, fault);
                await Task.Delay(_afterFault, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }

        await DrainAsync();
    }

    private async Task TurnAsync(CancellationToken stopping)
    {
        await _free.WaitAsync(stopping);
        var slots = 1;
        while (slots < settings.Workers && _free.Wait(0, CancellationToken.None))
            slots++;
        IReadOnlyList<Delivery> taken = [];
        try
        {
            taken = await queue.TakeAsync(settings.Identity.Instance, slots, settings.Lease, stopping);
        }
        finally
        {
            if (slots > taken.Count)
                _free.Release(slots - taken.Count);
        }

        foreach (var delivery in taken)
            _underWay[delivery.Lease] = Task.Run(() => DeliverAsync(delivery), CancellationToken.None);
        foreach (var (lease, task) in _underWay)
        {
            if (task.IsCompleted)
                _underWay.TryRemove(lease, out _);
        }

        if (taken.Count == 0)
            await Task.Delay(_idle, stopping);
    }

    private async Task DeliverAsync(Delivery delivery)
    {
        Correlation.Current = delivery.Correlation;
        var started = Stopwatch.GetTimestamp();
        try
        {
            var settlement = await deliverer.DeliverAsync(delivery, _abandon.Token);
            var isOurs = await SettleAsync(delivery, settlement, started);
            var duration = Stopwatch.GetElapsedTime(started);
            metrics.Count(delivery, settlement, isOurs, duration);
            Log(delivery, settlement, isOurs, Math.Round(duration.TotalMilliseconds, 2));
        }
        catch (Exception fault)
        {
            // It stays leased, and comes back when the lease ends.
            LogDeliveryFailed(logger, fault, delivery.MessageId.ToString());
        }
        finally
        {
            _free.Release();
        }
    }

    /// <summary>Settles, again and again while the lease lasts: what was delivered must not be delivered twice for a busy disk.</summary>
    private async Task<bool> SettleAsync(Delivery delivery, Settlement settlement, long started)
    {
        while (true)
        {
            try
            {
                return await queue.SettleAsync(delivery, settlement, CancellationToken.None);
            }
            catch (StoreUnavailableException fault) when (
                !_abandon.IsCancellationRequested && Stopwatch.GetElapsedTime(started) < settings.Lease - _afterFault)
            {
                LogNotSettled(logger, fault, delivery.MessageId.ToString());
                await Task.Delay(_afterFault);
            }
        }
    }

    private async Task DrainAsync()
    {
        var underWay = Task.WhenAll(_underWay.Values);
        LogDraining(logger, _underWay.Values.Count(static task => !task.IsCompleted));
        try
        {
            await underWay.WaitAsync(settings.Drain);
        }
        catch (TimeoutException)
        {
            await _abandon.CancelAsync();
            await underWay;
        }
    }

    private void Log(Delivery delivery, Settlement settlement, bool isOurs, double durationMs)
    {
        var (id, number) = (delivery.MessageId.ToString(), delivery.Attempts + 1);
        switch (settlement)
        {
            case var _ when !isOurs:
                LogLeaseLost(logger, id);
                break;
            case Settlement.Delivered:
                LogDelivered(logger, id, number, durationMs);
                break;
            case Settlement.Retry retry:
                LogRetried(logger, id, number, retry.Attempt.Error, retry.At);
                break;
            case Settlement.Dead dead:
                LogDead(logger, id, dead.Reason);
                break;
            case Settlement.Postponed postponed:
                LogPostponed(logger, id, postponed.At);
                break;
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "{MessageId} delivered at attempt {Attempt} in {DurationMs} ms")]
    private static partial void LogDelivered(ILogger logger, string messageId, int attempt, double durationMs);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{MessageId} failed at attempt {Attempt}: {Error} Next try at {At:O}")]
    private static partial void LogRetried(ILogger logger, string messageId, int attempt, string? error, DateTimeOffset at);

    [LoggerMessage(Level = LogLevel.Error, Message = "{MessageId} is a dead letter now: {Reason}")]
    private static partial void LogDead(ILogger logger, string messageId, string reason);

    [LoggerMessage(Level = LogLevel.Debug, Message = "{MessageId} waits untried until {At:O}")]
    private static partial void LogPostponed(ILogger logger, string messageId, DateTimeOffset at);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{MessageId} was settled too late; another worker has it")]
    private static partial void LogLeaseLost(ILogger logger, string messageId);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{MessageId} cannot be settled yet")]
    private static partial void LogNotSettled(ILogger logger, Exception fault, string messageId);

    [LoggerMessage(Level = LogLevel.Error, Message = "{MessageId} comes back when its lease ends")]
    private static partial void LogDeliveryFailed(ILogger logger, Exception fault, string messageId);

    [LoggerMessage(Level = LogLevel.Error, Message = "Nothing could be taken from the queue")]
    private static partial void LogTurnFailed(ILogger logger, Exception fault);

    [LoggerMessage(Level = LogLevel.Information, Message = "Stopping with {Count} deliveries under way")]
    private static partial void LogDraining(ILogger logger, int count);
}

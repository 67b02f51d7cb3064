using Courier.Messages;
using Courier.Operations;

namespace Courier.Scheduler;

/// <summary>
/// Turns ticks that are due into messages while it leads, and forgets what is old. Two of these do no harm: one leads, and
/// what a former leader still tries is refused.
/// </summary>
internal sealed partial class TickLoop(
    IRecurringStore recurring, IMessageStore messages, CourierSettings settings, TimeProvider clock, Metrics metrics,
    ILogger<TickLoop> logger) : BackgroundService
{
    private const int BatchMax = 200;
    private static readonly TimeSpan _turn = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan _afterFault = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan _housekeepingEvery = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan _keysKept = TimeSpan.FromDays(1);

    // A restarted instance keeps its name; what it left behind must not pass for the new one's.
    private readonly string _name = $"{settings.Identity.Instance}/{Guid.NewGuid():N}";
    private readonly Metrics.Counter _ticks = metrics.Count("courier_ticks_total", "Ticks of recurring messages, by outcome.");
    private Lead? _lead;
    private DateTimeOffset _renewAt, _housekeepingAt;

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        metrics.Gauge("courier_scheduler_leading", "1 while this scheduler leads.", "", () => _lead is null ? 0 : 1);
        while (!stoppingToken.IsCancellationRequested)
        {
            var wait = _turn;
            try
            {
                await TurnAsync(clock.GetUtcNow(), stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                break;
            }
            catch (Exception fault)
            {
                // Ticks that were not turned into messages are still due at the next turn.
                LogTurnFailed(logger, fault);
                wait = _afterFault;
            }

            await Task.Delay(wait, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await ResignAsync();
    }

    private async Task TurnAsync(DateTimeOffset now, CancellationToken stopping)
    {
        if (now >= _renewAt)
        {
            await RenewAsync(stopping);
            _renewAt = now + settings.Lease / 3;
        }

        if (_lead is null)
            return;
        while (await TickAsync(now, stopping) == BatchMax && _lead is not null)
            stopping.ThrowIfCancellationRequested();
        if (now < _housekeepingAt)
            return;
        var forgotten = await messages.ForgetAsync(now - settings.Retention, now - _keysKept, stopping);
        if (forgotten == 0)
            _housekeepingAt = now + _housekeepingEvery;
        else
            LogForgotten(logger, forgotten);
    }

    private async Task RenewAsync(CancellationToken stopping)
    {
        var before = _lead;
        _lead = await recurring.TryLeadAsync(_name, settings.StartFence, settings.Lease, stopping);
        if (_lead is not null && before?.Fence != _lead.Fence)
            LogLeads(logger, _lead.Fence);
        else if (_lead is null && before is not null)
            LogFollows(logger);
    }

    /// <summary>Turns the oldest due ticks into messages, all in as few transactions as the store can do with.</summary>
    private async Task<int> TickAsync(DateTimeOffset now, CancellationToken stopping)
    {
        var (lead, due) = (_lead!, await recurring.DueAsync(now, BatchMax, stopping));
        var outcomes = await Task.WhenAll(due.Select(
            one => recurring.TickAsync(lead, one, one.Decide(now), CancellationToken.None)));
        foreach (var (one, outcome) in due.Zip(outcomes))
        {
            _ticks.Add(1, $"outcome=\"{outcome.ToString().ToLowerInvariant()}\"");
            LogTick(logger, one.Id.ToString(), one.NextAt, outcome);
        }

        if (outcomes.Contains(TickOutcome.Fenced))
            (_lead, _renewAt) = (null, now);
        return due.Count;
    }

    private async Task ResignAsync()
    {
        if (_lead is not { } lead)
            return;
        try
        {
            await recurring.ResignAsync(lead, CancellationToken.None);
        }
        catch (StoreUnavailableException fault)
        {
            LogNotResigned(logger, fault);
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Tick of {RecurringId} at {At:O}: {Outcome}")]
    private static partial void LogTick(ILogger logger, string recurringId, DateTimeOffset? at, TickOutcome outcome);

    [LoggerMessage(Level = LogLevel.Information, Message = "Leads the schedulers, fence {Fence}")]
    private static partial void LogLeads(ILogger logger, long fence);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Another scheduler leads now")]
    private static partial void LogFollows(ILogger logger);

    [LoggerMessage(Level = LogLevel.Information, Message = "Forgot {Count} old messages")]
    private static partial void LogForgotten(ILogger logger, int count);

    [LoggerMessage(Level = LogLevel.Error, Message = "A turn failed")]
    private static partial void LogTurnFailed(ILogger logger, Exception fault);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The lead could not be given up; it ends by itself")]
    private static partial void LogNotResigned(ILogger logger, Exception fault);
}

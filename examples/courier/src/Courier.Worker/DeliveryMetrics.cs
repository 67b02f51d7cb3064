using Courier.Messages;
using Courier.Operations;

namespace Courier.Worker;

/// <summary>What a worker counts.</summary>
internal sealed class DeliveryMetrics
{
    private readonly Metrics.Counter _processed, _failed, _retried, _dead, _postponed, _fenced;
    private readonly Metrics.Histogram _durations, _waits;
    private readonly TimeProvider _clock;

    public DeliveryMetrics(Metrics metrics, Destinations destinations, TimeProvider clock)
    {
        _clock = clock;
        _processed = metrics.Count("courier_jobs_processed_total", "Deliveries tried.");
        _failed = metrics.Count("courier_jobs_failed_total", "Deliveries that failed, whatever became of them.");
        _retried = metrics.Count("courier_jobs_retried_total", "Deliveries that are tried again later.");
        _dead = metrics.Count("courier_jobs_dead_lettered_total", "Deliveries given up.");
        _postponed = metrics.Count("courier_jobs_postponed_total", "Deliveries not tried: the destination rests, or the worker stops.");
        _fenced = metrics.Count("courier_jobs_fenced_total", "Deliveries settled too late, after their lease had passed on.");
        _durations = metrics.Durations("courier_delivery_duration_seconds", "Deliveries tried.");
        _waits = metrics.Durations("courier_job_queue_seconds", "Time from when a message was due to its first delivery.");
        metrics.Gauge("courier_circuits_open", "Destinations that are left alone.", "", () => destinations.OpenCount);
        foreach (var counter in new[] { _processed, _failed, _retried, _dead, _postponed, _fenced })
            counter.Add(0);
    }

    public void Count(Delivery delivery, Settlement settlement, bool isOurs, TimeSpan duration)
    {
        if (!isOurs)
            _fenced.Add();
        if (settlement is Settlement.Postponed)
        {
            _postponed.Add();
            return;
        }

        _processed.Add();
        _durations.Record(duration);
        // Later attempts wait for what failed before them, which says nothing about the queue.
        if (delivery.Attempts == 0 && _clock.GetUtcNow() - duration - delivery.SendAt is var wait)
            _waits.Record(wait > TimeSpan.Zero ? wait : TimeSpan.Zero);
        if (settlement is Settlement.Delivered)
            return;
        _failed.Add();
        (settlement is Settlement.Dead ? _dead : _retried).Add();
    }
}

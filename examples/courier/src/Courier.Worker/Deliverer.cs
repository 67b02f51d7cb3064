using System.Diagnostics;
using Courier.Messages;
using Courier.Operations;

namespace Courier.Worker;

/// <summary>Delivers one message and says what becomes of it.</summary>
internal sealed class Deliverer(
    WebhookSender sender, Destinations destinations, CourierSettings settings, FaultInjector faults, TimeProvider clock)
{
    /// <summary>A message still undelivered so long after its time is given up, whatever the reason.</summary>
    public static readonly TimeSpan AgeMax = TimeSpan.FromDays(3);

    /// <summary>Tries once; when told to stop the message is given back untried.</summary>
    public async Task<Settlement> DeliverAsync(Delivery delivery, CancellationToken cancellation)
    {
        if (delivery.Attempts >= settings.Retries.AttemptsMax)
            return new Settlement.Dead(null, $"{delivery.Attempts} attempts were made; the last worker was lost with it.");
        var (startedAt, started) = (clock.GetUtcNow(), Stopwatch.GetTimestamp());
        if (startedAt - delivery.SendAt > AgeMax)
            return new Settlement.Dead(null, $"It could not be delivered within {AgeMax.TotalDays:0} days.");
        try
        {
            var (result, wait) = await destinations.SendAsync(
                delivery.Recipient, token => SendAsync(delivery, token), cancellation);
            return result is null
                ? new Settlement.Postponed(clock.GetUtcNow() + wait)
                : Settle(delivery, result, startedAt, Stopwatch.GetElapsedTime(started));
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            return new Settlement.Postponed(clock.GetUtcNow());
        }
    }

    private async Task<SendResult> SendAsync(Delivery delivery, CancellationToken cancellation)
        => await faults.BeginCallAsync(cancellation)
            ? new(null, "A drill made this attempt fail.")
            : await sender.SendAsync(delivery, settings.Timeout, cancellation);

    private Settlement Settle(Delivery delivery, SendResult result, DateTimeOffset startedAt, TimeSpan duration)
    {
        var attempt = new Attempt(0, startedAt, duration, result.StatusCode, result.Error, settings.Identity.Instance);
        if (result.IsDelivered)
            return new Settlement.Delivered(attempt);
        if (result.IsFinal)
            return new Settlement.Dead(attempt, $"{result.Error} Sending the same again would not help.");
        return settings.Retries.After(delivery.Attempts + 1, Random.Shared.NextDouble(), result.RetryAfter) is { } wait
            ? new Settlement.Retry(attempt, clock.GetUtcNow() + wait)
            : new Settlement.Dead(attempt, $"{result.Error} It was attempt {delivery.Attempts + 1}, the last.");
    }
}

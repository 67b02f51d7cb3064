using Slipway.Gateway.Balancing;
using Slipway.Gateway.Statistics;

namespace Slipway.Gateway.Proxying;

/// <summary>The wait for an instance that can take more.</summary>
internal sealed partial class Exchange
{
    private enum Admission
    {
        /// <summary>An instance was taken.</summary>
        Taken,

        /// <summary>There is none.</summary>
        None,

        /// <summary>There is another table: the way begins anew.</summary>
        Rerouted,

        /// <summary>There is no place, or it took too long.</summary>
        Refused,

        /// <summary>The client has left.</summary>
        Gone,
    }

    /// <summary>Takes an instance, or waits for one where all have as much as they may.</summary>
    private ValueTask<Admission> AdmitAsync()
        => TryChoose() ? new(Admission.Taken) : _release is { HasQueue: true } ? QueueAsync(_release) : new(Admission.None);

    private OwnAnswer RefuseOverload() => Refused(RefusalReason.Overload, OwnAnswer.Overloaded, "all instances have as much as they may");

    /// <summary>Waits in the line of a release. Whoever leaves a turn unused passes it on: nobody waits beside a free instance.</summary>
    private async ValueTask<Admission> QueueAsync(LiveRelease release)
    {
        var queue = release.Queue!;
        if (_queueDue == 0)
            _queueDue = Deadlines.After(release.Wait);
        if (queue.Enter(_route.Priority) is not { } waiter)
            return Admission.Refused;
        while (true)
        {
            // An instance may have been freed after it was found full and before the place was taken; the first one looks again.
            if (queue.IsFirst(waiter) && release.Take(except: null, Environment.TickCount64) is { } free)
            {
                if (!queue.Leave(waiter))
                    queue.Wake();
                return Take(free);
            }
            var turn = await TurnAsync(queue, waiter);
            await _client.Engine.Enter();
            if (!turn)
                return Admission.Refused;
            if (_client.Wire.IsClosed || _client.Wire.HasPeerEnded())
            {
                queue.Wake();
                return Admission.Gone;
            }
            if (!ReferenceEquals(_table, plane.Tables.Current))
            {
                queue.Wake();
                _table = plane.Tables.Current;
                return Admission.Rerouted;
            }
            if (release.Take(except: null, Environment.TickCount64) is { } endpoint)
                return Take(endpoint);
            queue.Return(waiter);
        }
    }

    private Admission Take(EndpointState endpoint)
    {
        _endpoint = endpoint;
        return Admission.Taken;
    }

    /// <summary>True once it is its turn; false when it was given up for another or its time is over.</summary>
    private async ValueTask<bool> TurnAsync(AdmissionQueue queue, Waiter waiter)
    {
        var left = _queueDue - Environment.TickCount64;
        try
        {
            return await waiter.Turn.Task.WaitAsync(TimeSpan.FromMilliseconds(Math.Max(0, left)));
        }
        catch (TimeoutException)
        {
            // Its turn may have come in this very moment; then it is taken.
            return !queue.Leave(waiter) && await waiter.Turn.Task;
        }
    }
}

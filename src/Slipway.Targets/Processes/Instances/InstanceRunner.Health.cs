using Slipway.Targets.Processes.Health;

namespace Slipway.Targets.Processes.Instances;

/// <summary>What it hears of its health.</summary>
internal sealed partial class InstanceRunner : IHealthListener
{
    void IHealthListener.StartedUp()
    {
        Update(record => record with { StartedUp = true });
        if (Process is { } process)
            Sight.Take(Record, process);
    }

    void IHealthListener.ReadyChanged(bool ready, string why)
    {
        if (ready)
            _endedBefore = false;
        Update(record => record with
        {
            Ready = ready,
            ReadyAt = ready ? _machine.Clock.GetUtcNow() : record.ReadyAt,
            Trouble = ready ? null : $"{record.Id} {why}",
        });
    }

    void IHealthListener.StillWaiting(string why)
    {
        // Why it ended before says more than that it is not up again yet.
        if (!_endedBefore)
            Update(record => record with { Trouble = $"{record.Id} is not ready: {why}" });
    }
}

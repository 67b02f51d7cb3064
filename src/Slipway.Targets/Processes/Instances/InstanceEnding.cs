using Slipway.Releases.Ports;
using Slipway.Targets.Processes.Spawning;

namespace Slipway.Targets.Processes.Instances;

/// <summary>
/// Ends the process of an instance: asks it once, whatever becomes of the control plane meanwhile, waits for the rest of its
/// grace, kills what is left, and keeps how it went.
/// </summary>
/// <param name="machine">Where it runs.</param>
/// <param name="kept">What is known of it.</param>
internal sealed class InstanceEnding(ProcessMachine machine, RecordKeeper kept)
{
    /// <summary>Returns when nothing of it runs any more.</summary>
    /// <param name="process">Its process.</param>
    /// <param name="leave">Leaves the rest to the next control plane.</param>
    public async Task Run(RunningProcess process, CancellationToken leave)
    {
        var grace = kept.Record.Service.StopGrace;
        if (kept.Record.AskedToEndAt is { } asked)
        {
            // Some programs take a second SIGTERM for impatience, and drop what they have under way.
            var left = asked + grace - machine.Clock.GetUtcNow();
            grace = left < TimeSpan.Zero ? TimeSpan.Zero : left > grace ? grace : left;
        }
        else
        {
            process.Ask();
            kept.Update(record => record with { AskedToEndAt = machine.Clock.GetUtcNow() });
        }
        // Kept before it is done: the next control plane, should this one die right after the kill, finds nobody to ask.
        await process.EndWithin(grace, leave, () => kept.Update(record => record with { Killed = true }));
        kept.Update(record => record with { ExitCode = process.ExitCode() });
    }

    /// <summary>How an instance ended that was asked to; null for one that was not, or has not ended.</summary>
    public static EndedInstance? Of(InstanceRecord record)
        => record is { AskedToEndAt: { } asked, EndedAt: { } ended }
            ? new(record.Id, record.Release, record.Service.Name, asked, ended, record.ExitCode, record.Killed) : null;
}

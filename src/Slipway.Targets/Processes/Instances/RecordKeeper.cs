using Microsoft.Extensions.Logging;
using Slipway.Core.Manifests;
using Slipway.Releases.Ports;

namespace Slipway.Targets.Processes.Instances;

/// <summary>Keeps what is known of one instance, in memory and beside it on disk. Safe for any number of threads.</summary>
/// <param name="machine">Where it runs.</param>
/// <param name="folder">Its folder.</param>
/// <param name="record">What is known at first.</param>
/// <param name="fence">Says whether it still is ours to write.</param>
/// <param name="changed">Told after each change.</param>
internal sealed partial class RecordKeeper(ProcessMachine machine, InstanceFolder folder, InstanceRecord record, FenceFile fence, Action changed)
{
    private readonly Lock _sync = new();
    private InstanceRecord _record = record;

    /// <summary>What is known.</summary>
    public InstanceRecord Record
    {
        get
        {
            lock (_sync)
                return _record;
        }
    }

    /// <summary>Writes it to disk.</summary>
    /// <exception cref="IOException">The disk refuses.</exception>
    public void Save() => fence.Hold(() =>
    {
        lock (_sync)
            folder.Save(_record);
    });

    /// <summary>Changes it; nothing when it stays the same.</summary>
    public void Update(Func<InstanceRecord, InstanceRecord> change)
    {
        var changes = false;
        try
        {
            // The fence is always the first of the two locks.
            fence.Hold(() => changes = Change(change, isOurs: true));
        }
        catch (StaleFencingTokenException)
        {
            // The one that has taken over writes it from here on.
            changes = Change(change, isOurs: false);
        }
        if (changes)
            changed();
    }

    private bool Change(Func<InstanceRecord, InstanceRecord> change, bool isOurs)
    {
        lock (_sync)
        {
            var next = change(_record);
            // It may quote the instance's own last line.
            if (next.Trouble is { } trouble && trouble != _record.Trouble)
                next = next with { Trouble = machine.Options.Secrets.Redact(trouble) };
            if (next == _record)
                return false;
            _record = next;
            try
            {
                if (isOurs)
                    folder.Save(next);
            }
            catch (IOException e)
            {
                // The instance goes on being watched; only a control plane that takes over would know less of it.
                LogNotSaved(machine.Logger, e, next.Id);
            }
            return true;
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The state of {Instance} could not be saved.")]
    private static partial void LogNotSaved(ILogger logger, Exception error, InstanceId instance);
}

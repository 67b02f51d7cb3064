using Slipway.Targets.Processes.Spawning;

namespace Slipway.Targets.Processes.Instances;

/// <summary>How it takes up what a control plane before this one has started.</summary>
internal sealed partial class InstanceRunner
{
    /// <summary>Takes on what a control plane before this one has started. At once, so that nobody sees what was true then.</summary>
    public void Adopt()
    {
        var record = Record;
        if (record.Done)
            return;
        if (record.Process is { } recorded)
        {
            _process = RunningProcess.Adopt(recorded, Folder.Mark, Members());
            if (_process is not null)
                Sight.Take(record, recorded);
        }
        else
        {
            AdoptByMark();
        }
        if (_process is not null)
            return;
        if (_job is { } job)
        {
            Update(job.Concluded);
            return;
        }
        if (record.Process is null)
            return;
        _endedBefore = true;
        Update(before => before with
        {
            Process = null,
            Ready = false,
            StartedUp = false,
            Trouble = $"{before.Id} ended while no control plane watched it",
        });
    }

    /// <summary>Intended but never told: a control plane died between the two. What it started bears the mark.</summary>
    private void AdoptByMark()
    {
        foreach (var row in ProcessRow.ReadAll())
        {
            if (row.IsZombie || row.Session != row.Pid || ProcessRow.HasVariable(row.Pid, Folder.Mark) is not true)
                continue;
            var found = ProcessIdentity.Of(row.Pid);
            Update(before => before with { Process = found, StartedAt = _machine.Clock.GetUtcNow(), StartedUp = false });
            _process = RunningProcess.Adopt(found, Folder.Mark, Members());
            return;
        }
    }
}

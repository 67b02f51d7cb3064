using System.Text.Json;
using Slipway.Releases.Ports;
using Slipway.Targets.Processes.Instances;

namespace Slipway.Targets.Processes.Inspecting;

/// <summary>
/// Looks whether the record of an instance on disk says what is known of it: the next control plane would believe it.
/// </summary>
internal static class RecordLook
{
    private const int Tries = 5;

    /// <summary>What is other; null when nothing is.</summary>
    public static Finding? Take(InstanceRunner runner)
    {
        for (var tried = 0; tried < Tries; tried++)
        {
            var before = runner.Record;
            var found = Loaded(runner.Folder);
            // Saved under the same lock as it is changed: what is the same record after is the one that was on disk meanwhile.
            if (!ReferenceEquals(before, runner.Record))
                continue;
            if (found is not null && Text(found) == Text(before))
                return null;
            return new(DriftAspect.Instances, "record instance.json", "as it is known", found is null ? "missing or damaged" : "changed", DriftRemedy.Mend);
        }
        return null;
    }

    private static InstanceRecord? Loaded(InstanceFolder folder)
    {
        try
        {
            return folder.Load();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static string Text(InstanceRecord record) => JsonSerializer.Serialize(record, InstanceJson.Default.InstanceRecord);
}

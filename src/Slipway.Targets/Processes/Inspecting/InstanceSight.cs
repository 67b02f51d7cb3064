using System.Collections.Immutable;
using Slipway.Targets.Artefacts;
using Slipway.Targets.Processes.Commands;
using Slipway.Targets.Processes.Instances;
using Slipway.Targets.Processes.Spawning;

namespace Slipway.Targets.Processes.Inspecting;

/// <summary>Remembers how the process of an instance looked when it had started up.</summary>
/// <param name="start">Works out how the instance is started.</param>
/// <param name="settings">Its settings.</param>
/// <param name="clock">The time.</param>
internal sealed class InstanceSight(InstanceStart start, InstanceSettings settings, TimeProvider clock)
{
    // A service that nothing can be asked of counts as started up long before a slow start script has ended.
    private static readonly TimeSpan s_settled = TimeSpan.FromMinutes(1);
    private volatile ProcessSighting? _first;
    private volatile Script? _script;

    /// <summary>How its present process looked first; null when that was not seen.</summary>
    /// <param name="process">Its present process.</param>
    public ProcessSighting? First(ProcessIdentity process) => _first is { } first && first.Process == process ? first : null;

    /// <summary>Looks for the first time, once there is something to see.</summary>
    /// <param name="record">The instance.</param>
    /// <param name="process">Its present process.</param>
    public void Take(InstanceRecord record, ProcessIdentity process)
    {
        if (!OperatingSystem.IsLinux() || !record.StartedUp || record.RunsFromSource || First(process) is not null)
            return;
        var answers = record.Port is not null || record.Service.Health is { Startup: not null } or { Live: not null };
        if (!answers && clock.GetUtcNow() - record.StartedAt < s_settled)
            return;
        _first = ProcessSighting.Of(process);
        if (new ProcessFolder(process.Pid).Variables(ProcessVariables.BytesMax) is { } memory)
            OwnVariables(record, process, ProcessVariables.Read(memory, "").Values);
    }

    /// <summary>Takes a later look for the first one: a script has become what it is there for.</summary>
    public void Replace(ProcessSighting sighting) => _first = sighting;

    /// <summary>
    /// The names of those variables that a start script has given values of its own, which nobody else can judge; null while
    /// that cannot be told, as when it was started before our time and its settings are not known yet.
    /// </summary>
    /// <param name="record">The instance.</param>
    /// <param name="process">Its present process.</param>
    /// <param name="found">The variables that it holds.</param>
    public ImmutableHashSet<string>? OwnVariables(InstanceRecord record, ProcessIdentity process, ImmutableDictionary<string, string> found)
    {
        if (RunsWhatWasStarted(record, process))
            return [];
        if (_script is { } known && known.Process == process)
            return known.Variables;
        if (settings.Values is not { } given)
            return null;
        var own = start.Variables(record, given).Where(pair => found.GetValueOrDefault(pair.Key) != pair.Value).Select(pair => pair.Key).ToImmutableHashSet(StringComparer.Ordinal);
        if (First(process) is not null)
            _script = new(process, own);
        return own;
    }

    /// <summary>Whether the process is the very program that it was started with, and no script in between.</summary>
    private bool RunsWhatWasStarted(InstanceRecord record, ProcessIdentity process)
    {
        try
        {
            var program = start.Program(record, settings.Values ?? ImmutableSortedDictionary<string, string>.Empty);
            return FileStamp.Read(program, follows: true) is { } asked
                && FileStamp.Read(new ProcessFolder(process.Pid).ProgramPath, follows: true) is { } found
                && asked.IsSameFile(found);
        }
        catch (Exception e) when (e is CommandException or IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private sealed record Script(ProcessIdentity Process, ImmutableHashSet<string> Variables);
}

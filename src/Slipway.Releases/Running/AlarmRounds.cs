using Slipway.Core.Manifests;
using Slipway.Releases.Journals;
using Slipway.Releases.Rollouts;

namespace Slipway.Releases.Running;

/// <summary>Raises alarms that hold, and clears those that do not any more; what comes and goes is not told each time.</summary>
internal sealed class AlarmRounds
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly Dictionary<(string Kind, RolloutId? Of), (DateTimeOffset Since, DateTimeOffset Last, TimeSpan Patience)> _seen = [];

    /// <summary>The next thing that the journal must know; null for nothing.</summary>
    public JournalEvent? Next(EnvironmentState state, Observation seen, DateTimeOffset now)
    {
        foreach (var (alarm, patience) in Alarms.Of(state, seen, now))
        {
            var key = (alarm.Kind, alarm.Of);
            var since = _seen.TryGetValue(key, out var before) ? before.Since : now;
            _seen[key] = (since, now, patience);
            if (now - since >= patience && !state.Alarms.Any(one => one.IsSame(alarm.Kind, alarm.Of)))
                return new AlarmRaised(alarm.Kind, alarm.Of, alarm.Text, alarm.Remedy);
        }
        foreach (var (key, one) in _seen.Where(one => one.Value.Last < now && now - one.Value.Last >= one.Value.Patience).ToList())
            _seen.Remove(key);
        foreach (var raised in state.Alarms)
        {
            if (!_seen.ContainsKey((raised.Kind, raised.Of)) && now - raised.Since >= (IsOver(state, raised) ? TimeSpan.Zero : Patience))
                return new AlarmCleared(raised.Kind, raised.Of);
        }
        return null;
    }

    private static bool IsOver(EnvironmentState state, Alarm alarm) => alarm.Of is { } id && state.Find(id) is not { IsOver: false };
}

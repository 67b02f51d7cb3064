using System.Collections.Immutable;
using Slipway.Core.Api;
using Slipway.Core.Manifests;
using Slipway.Releases.Journals;
using Slipway.Releases.Rollouts;

namespace Slipway.Releases.Running;

/// <summary>What a journal tells to one that only reads it, such as a standby: it sees nothing of what runs. Safe for any number of threads.</summary>
/// <param name="journal">Read beside the one who writes it.</param>
public sealed class JournalFold(Journal journal)
{
    private readonly Lock _sync = new();
    private ImmutableSortedDictionary<string, EnvironmentState> _states = ImmutableSortedDictionary.Create<string, EnvironmentState>(StringComparer.Ordinal);
    private long _last;

    /// <summary>Reads what was written since.</summary>
    /// <exception cref="JournalException">The journal does not answer, or a newer version has written into it.</exception>
    public void Refresh()
    {
        lock (_sync)
        {
            foreach (var record in journal.Records(_last))
            {
                _last = record.Sequence;
                if (record.Environment is { } name)
                    _states = _states.SetItem(name.ToString(), (_states.GetValueOrDefault(name.ToString()) ?? new() { Environment = name }).Apply(record));
            }
        }
    }

    /// <summary>Every environment, in order of their names.</summary>
    /// <param name="note">What is to be said of all of them.</param>
    public IReadOnlyList<EnvironmentView> Environments(string note)
        => [.. _states.Values.Where(state => state.Rollouts.Count > 0).Select(state => Views.Of(state, note))];

    /// <summary>The rollouts of an environment, newest first; null when there is no such environment.</summary>
    public IReadOnlyList<RolloutView>? History(EnvironmentName environment, int limit)
        => _states.GetValueOrDefault(environment.ToString()) is { } state
            ? [.. state.Rollouts.Reverse().Take(limit).Select(rollout => Views.Rollout(state, rollout, Observation.None, NoWaits))] : null;

    /// <summary>A rollout of any environment; null when there is none.</summary>
    public RolloutView? Rollout(RolloutId id) => _states.Values
        .Select(state => state.Find(id) is { } rollout ? Views.Rollout(state, rollout, Observation.None, NoWaits) : null)
        .FirstOrDefault(found => found is not null);

    /// <summary>A release that was ever built; null when there is none.</summary>
    public ReleaseView? Release(ReleaseId id)
        => _states.Values.Select(state => state.Releases.GetValueOrDefault(id)?.Release).FirstOrDefault(found => found is not null) is { } release ? Views.Release(release) : null;

    private static ImmutableDictionary<RolloutId, Decision.Wait> NoWaits => ImmutableDictionary<RolloutId, Decision.Wait>.Empty;
}

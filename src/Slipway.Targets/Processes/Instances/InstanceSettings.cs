using System.Collections.Immutable;

namespace Slipway.Targets.Processes.Instances;

/// <summary>
/// The settings of an instance, secrets among them: in memory only, so that after a restart of the control plane they are
/// missing until it asks for the workload again.
/// </summary>
internal sealed class InstanceSettings
{
    private readonly TaskCompletionSource _given = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile ImmutableSortedDictionary<string, string>? _values;

    /// <summary>Whether they are known.</summary>
    public bool AreGiven => _values is not null;

    /// <summary>The settings; null while they are not known.</summary>
    public ImmutableSortedDictionary<string, string>? Values => _values;

    /// <summary>Keeps them.</summary>
    public void Give(ImmutableSortedDictionary<string, string> values)
    {
        _values = values;
        _given.TrySetResult();
    }

    /// <summary>Gives them once they are known.</summary>
    public async Task<ImmutableSortedDictionary<string, string>> Get(CancellationToken cancellation)
    {
        await _given.Task.WaitAsync(cancellation);
        return _values!;
    }
}

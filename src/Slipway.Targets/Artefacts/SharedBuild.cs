using System.Collections.Immutable;
using Slipway.Releases.Ports;

namespace Slipway.Targets.Artefacts;

/// <summary>A build that several callers wait for. The last one to leave ends it.</summary>
internal sealed class SharedBuild(IProgress<string> first) : IProgress<string>
{
    private readonly Lock _sync = new();
    private readonly CancellationTokenSource _abandoned = new();
    private ImmutableList<IProgress<string>> _waiting = [first];
    private Task<BuildOutcome>? _build;

    /// <summary>Starts it.</summary>
    public void Begin(Func<CancellationToken, Task<BuildOutcome>> build)
        => _build = Task.Run(() => build(_abandoned.Token));

    /// <summary>Joins those who wait; false when it has been given up already.</summary>
    public bool TryJoin(IProgress<string> output)
    {
        lock (_sync)
        {
            if (_waiting.IsEmpty)
                return false;
            _waiting = _waiting.Add(output);
            return true;
        }
    }

    /// <summary>Waits for its end. Cancelling ends the build too when nobody else waits; returns once nothing of it runs.</summary>
    public async Task<BuildOutcome> Wait(IProgress<string> output, CancellationToken cancellation)
    {
        try
        {
            return await _build!.WaitAsync(cancellation);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            bool last;
            lock (_sync)
            {
                _waiting = _waiting.Remove(output);
                last = _waiting.IsEmpty;
            }
            if (last)
            {
                await _abandoned.CancelAsync();
                await Task.WhenAny(_build!);
            }
            throw;
        }
    }

    /// <summary>Tells everybody who waits a line.</summary>
    public void Report(string value)
    {
        foreach (var output in _waiting)
            output.Report(value);
    }
}

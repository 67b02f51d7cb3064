using Slipway.Core.Manifests;
using Slipway.Releases.Ports;

namespace Slipway.Releases.Running;

/// <summary>Makes pass after pass over an environment, and says what keeps them from working.</summary>
/// <param name="environment">Where.</param>
/// <param name="parts">The clock, and who is told.</param>
/// <param name="published">Told when the trouble is another one.</param>
internal sealed class PassLoop(EnvironmentName environment, RunnerParts parts, Action published)
{
    private readonly Wakeup _wakeup = new();

    /// <summary>What keeps them from working; null when nothing does.</summary>
    public string? Trouble { get; private set; }

    /// <summary>Makes it look again.</summary>
    public void Wake() => _wakeup.Call();

    /// <summary>Runs until cancelled, or until another control plane has taken over.</summary>
    /// <param name="pass">A pass; it gives the time after which to look again.</param>
    /// <param name="cancellation">Ends it.</param>
    public async Task Run(Func<CancellationToken, Task<TimeSpan>> pass, CancellationToken cancellation)
    {
        while (!cancellation.IsCancellationRequested)
        {
            var next = Pace.IdleEvery;
            try
            {
                next = await pass(cancellation);
                Trouble = null;
            }
            catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
            {
                return;
            }
            catch (StaleFencingTokenException fault)
            {
                Report(fault.Message);
                return;
            }
            catch (Exception fault)
            {
                // Whatever it was, the environment must not be left alone: say so and look again.
                Report($"{environment}: {fault.Message}");
                parts.Log(fault.ToString());
            }
            try
            {
                await _wakeup.Wait(next, parts.Clock, cancellation);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    /// <summary>Says what is wrong, once for as long as it is the same.</summary>
    public void Report(string trouble)
    {
        if (Trouble != trouble)
            parts.Log(trouble);
        Trouble = trouble;
        published();
    }
}

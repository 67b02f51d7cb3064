using System.Runtime.InteropServices;
using Slipway.Cli.Output;

namespace Slipway.Cli.Invoking;

/// <summary>Turns Ctrl+C and a polite end into a cancellation, so that a verb can clear up; a second one ends at once.</summary>
internal sealed class Interruption : IDisposable
{
    private readonly CancellationTokenSource _source = new();
    private readonly PosixSignalRegistration[] _registrations;

    /// <summary>Listens from now on.</summary>
    public Interruption()
        => _registrations =
        [
            PosixSignalRegistration.Create(PosixSignal.SIGINT, Handle),
            PosixSignalRegistration.Create(PosixSignal.SIGTERM, Handle),
            PosixSignalRegistration.Create(PosixSignal.SIGHUP, Handle),
        ];

    /// <summary>Cancelled at the first signal.</summary>
    public CancellationToken Token => _source.Token;

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var registration in _registrations)
            registration.Dispose();
        _source.Dispose();
    }

    private void Handle(PosixSignalContext context)
    {
        if (_source.IsCancellationRequested)
        {
            StandardStreams.ErrorLine("slipway: ended at once; what it started may still run.");
            return; // The signal's own effect follows.
        }
        context.Cancel = true;
        _source.Cancel();
    }
}

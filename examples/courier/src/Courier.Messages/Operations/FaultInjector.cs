namespace Courier.Operations;

/// <summary>Does what <see cref="Fault"/> says, at the places where calls begin.</summary>
public sealed partial class FaultInjector(Fault fault, ILogger<FaultInjector> logger) : IDisposable
{
    private const int CrashExitCode = 70;
    private readonly List<byte[]> _leaked = [];
    private readonly long _startedMs = Environment.TickCount64;
    private Timer? _timer;
    private int _isArmed;
    private long _calls;

    /// <summary>Why the database must seem to be lost now; null while it must not.</summary>
    public string? Outage
        => fault is Fault.LostDatabase lost && Environment.TickCount64 - _startedMs >= lost.After.TotalMilliseconds
            ? "The database is lost (a drill: COURIER__FAULT=lost-database)."
            : null;

    /// <summary>Begins what does not wait for a call; a program that takes none crashes by the time since its start.</summary>
    public void Start(bool takesCalls)
    {
        if (fault is Fault.None)
            return;
        LogArmed(logger, fault.ToString());
        if (fault is Fault.Leak leak)
            _timer = new(_ => Leak(leak.MebibytesPerSecond), null, TimeSpan.Zero, TimeSpan.FromSeconds(1));
        else if (fault is Fault.Crash crash && !takesCalls)
            ArmCrash(crash);
    }

    /// <summary>Called where a call begins.</summary>
    /// <returns>Whether this call must fail.</returns>
    public async ValueTask<bool> BeginCallAsync(CancellationToken cancellation)
    {
        switch (fault)
        {
            case Fault.Errors errors:
                return Interlocked.Increment(ref _calls) > errors.Spared && (errors.Ratio >= 1 || Random.Shared.NextDouble() < errors.Ratio);
            case Fault.Latency latency:
                await Task.Delay(latency.Delay, cancellation);
                return false;
            case Fault.Crash crash:
                ArmCrash(crash);
                return false;
            default:
                return false;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _timer?.Dispose();

    private void Leak(int mebibytes)
    {
        // Each page is written to, or the system would count none of them.
        for (var i = 0; i < mebibytes; i++)
        {
            var block = GC.AllocateUninitializedArray<byte>(1024 * 1024);
            block.AsSpan().Fill(1);
            lock (_leaked)
                _leaked.Add(block);
        }
    }

    private void ArmCrash(Fault.Crash crash)
    {
        if (Interlocked.Exchange(ref _isArmed, 1) == 0)
            _timer = new(_ => Crash(), null, crash.After, Timeout.InfiniteTimeSpan);
    }

    private void Crash()
    {
        LogCrash(logger, CrashExitCode);
        Environment.Exit(CrashExitCode);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "A drill is on: {Fault}")]
    private static partial void LogArmed(ILogger logger, string fault);

    [LoggerMessage(Level = LogLevel.Critical, Message = "A drill ends this process with exit code {ExitCode}")]
    private static partial void LogCrash(ILogger logger, int exitCode);
}

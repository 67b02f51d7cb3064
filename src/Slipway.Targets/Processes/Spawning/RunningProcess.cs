using System.Diagnostics;

namespace Slipway.Targets.Processes.Spawning;

/// <summary>A process in a session of its own, started here or found running.</summary>
internal sealed class RunningProcess
{
    private const int UnsureLooksMax = 5;
    private static readonly TimeSpan s_groupLook = TimeSpan.FromMilliseconds(50);
    private readonly Process? _windows;
    private readonly string? _mark;
    private int? _exitCode;

    private RunningProcess(ProcessIdentity identity, string? mark, Process? windows)
    {
        Identity = identity;
        _mark = mark;
        _windows = windows;
        Ended = windows is null ? ExitWatch.Shared.Ended(identity) : windows.WaitForExitAsync();
    }

    /// <summary>Which process it is.</summary>
    public ProcessIdentity Identity { get; }

    /// <summary>Ends when the process has ended; others of its session may run on.</summary>
    public Task Ended { get; }

    /// <summary>Processes outside its session that belong to it too, such as those of its control group; none unless set.</summary>
    public Func<IReadOnlyList<int>>? AlsoIts { get; init; }

    /// <summary>Starts a process.</summary>
    /// <param name="request">What to start.</param>
    /// <param name="mark">A variable, as <c>NAME=value</c>, by which processes that left the session are still known as its own.</param>
    /// <param name="alsoIts">See <see cref="AlsoIts"/>.</param>
    /// <exception cref="SpawnException">It could not be started.</exception>
    public static RunningProcess Start(SpawnRequest request, string? mark = null, Func<IReadOnlyList<int>>? alsoIts = null)
    {
        if (OperatingSystem.IsWindows())
        {
            var process = WindowsSpawn.Start(request);
            return new(ProcessIdentity.Of(process.Id), mark, process) { AlsoIts = alsoIts };
        }
        return new(ProcessIdentity.Of(PosixSpawn.Start(request)), mark, null) { AlsoIts = alsoIts };
    }

    /// <summary>Takes on a process that runs already; null when it does not run any more.</summary>
    public static RunningProcess? Adopt(ProcessIdentity identity, string? mark, Func<IReadOnlyList<int>>? alsoIts = null)
        => identity.IsAlive ? new(identity, mark, null) { AlsoIts = alsoIts } : null;

    /// <summary>How it ended: its exit code, or 128 plus a signal's number; null while it runs or when it was no child of ours.</summary>
    public int? ExitCode()
    {
        if (_windows is not null)
            return _windows.HasExited ? _windows.ExitCode : null;
        // Elsewhere than on Linux looking is reaping.
        return _exitCode ??= OperatingSystem.IsLinux() ? Posix.PeekExit(Identity.Pid) : Posix.Reap(Identity.Pid);
    }

    /// <summary>
    /// Waits until it has ended, and ends what it left behind, such as a compiler server that would hold its pipes open and outlive us. A
    /// cancellation stops it first.
    /// </summary>
    /// <param name="grace">How long it may take to end when it is stopped.</param>
    /// <param name="cancellation">Ends it and everything that it started.</param>
    /// <returns>Its exit code.</returns>
    public async Task<int> Finish(TimeSpan grace, CancellationToken cancellation)
    {
        try
        {
            await Ended.WaitAsync(cancellation);
        }
        catch (OperationCanceledException)
        {
            await Stop(grace);
            throw;
        }
        await Kill();
        return ExitCode() ?? -1;
    }

    /// <summary>Asks its group to end; after <paramref name="grace"/> kills all that is left of its session.</summary>
    public async Task Stop(TimeSpan grace)
    {
        Ask();
        await EndWithin(grace, CancellationToken.None);
    }

    /// <summary>Asks its group to end.</summary>
    public void Ask() => Signal(Posix.SigTerm);

    /// <summary>Waits until it has ended, which it was asked to; after <paramref name="grace"/> kills all that is left of its session.</summary>
    /// <param name="grace">How long it may take.</param>
    /// <param name="leave">Ends the waiting only; the process runs on.</param>
    /// <param name="beforeKill">Told before the process itself is killed, where it must be.</param>
    public async Task EndWithin(TimeSpan grace, CancellationToken leave, Action? beforeKill = null)
    {
        var deadline = Stopwatch.GetTimestamp() + (long)(grace.TotalSeconds * Stopwatch.Frequency);
        await Task.WhenAny(Ended, Task.Delay(grace, leave));
        leave.ThrowIfCancellationRequested();
        if (!Ended.IsCompleted)
            beforeKill?.Invoke();
        while (Ended.IsCompleted && Stopwatch.GetTimestamp() < deadline && Members(out _).Count > 0)
            await Task.Delay(s_groupLook);
        await Kill();
    }

    /// <summary>Kills all of its session and reaps it. Returns when none of it runs.</summary>
    public async Task Kill()
    {
        Signal(Posix.SigKill);
        await Ended;
        // One that forks while it is being killed is found on the next look, and so is one that just became another program. Who
        // hides its variables for good is not waited for.
        for (var unsure = 0; Members(out var isSure) is var left && (left.Count > 0 || (!isSure && ++unsure < UnsureLooksMax));)
        {
            foreach (var pid in left)
                Posix.Kill(pid, Posix.SigKill);
            await Task.Delay(s_groupLook);
        }
        if (_windows is null && Posix.Reap(Identity.Pid) is { } code)
            _exitCode = code;
    }

    private void Signal(int signal)
    {
        if (_windows is not null)
        {
            if (signal == Posix.SigKill || !_windows.CloseMainWindow())
                _windows.Kill(entireProcessTree: true);
            return;
        }
        // Not reaped yet, or others of its group live: the number cannot have passed to a stranger.
        if (!Ended.IsCompleted && Identity.IsAlive)
            Posix.Kill(-Identity.Pid, signal);
    }

    /// <summary>Those of its session, and those that left it, that still run; not sure while one of them may not have its variables yet.</summary>
    private List<int> Members(out bool isSure)
    {
        isSure = true;
        var members = new List<int>();
        foreach (var row in ProcessRow.ReadAll())
        {
            if (row.IsZombie || row.StartTicks < Identity.StartTicks || row.Pid == Identity.Pid)
                continue;
            var isIts = row.Session == Identity.Pid ? true : _mark is null ? false : ProcessRow.HasVariable(row.Pid, _mark);
            if (isIts is true)
                members.Add(row.Pid);
            isSure &= isIts is not null;
        }
        foreach (var pid in AlsoIts?.Invoke() ?? [])
        {
            if (!members.Contains(pid) && pid != Identity.Pid && ProcessRow.Read(pid) is { IsZombie: false })
                members.Add(pid);
        }
        return members;
    }
}

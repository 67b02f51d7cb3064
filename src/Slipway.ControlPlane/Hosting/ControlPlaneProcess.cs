using System.Runtime.InteropServices;
using Slipway.ControlPlane.Callers;
using Slipway.ControlPlane.Standby;
using Slipway.Core.Settings;
using Slipway.Releases;
using Slipway.Releases.Journals;
using Slipway.Targets;

namespace Slipway.ControlPlane.Hosting;

/// <summary>
/// The life of a control plane, from the lease on its home to the end of its last request. What does not wait for one
/// another starts side by side: a restart should be over before anybody notices.
/// </summary>
internal static class ControlPlaneProcess
{
    private static readonly TimeSpan FarewellTime = TimeSpan.FromMilliseconds(500);

    /// <summary>Runs until it is asked to end; the exit code.</summary>
    /// <param name="options">What the command line asks for.</param>
    /// <param name="between">What stands between the engine and the world.</param>
    /// <exception cref="StartRefusedException">It cannot start here.</exception>
    public static async Task<int> Run(StartOptions options, Interposed between)
    {
        CoreDumps.Disable();
        var clock = new SteadyClock(TimeProvider.System, SinceBoot.Passed);
        var home = Home.Open(options.HomeFolder);
        var place = JournalPlace.Of(options, home);
        var redactor = new Redactor();
        using var logging = Logging.Open(redactor);
        var log = logging.CreateLogger("Slipway.ControlPlane");
        try
        {
            return await Lead(options, home, place, redactor, logging, clock, between);
        }
        catch (JournalException fault)
        {
            // Its message says what to do.
            throw new StartRefusedException(fault.Message, "Nothing was changed.", fault);
        }
        catch (OperationCanceledException)
        {
            log.Ended();
            return 0;
        }
    }

    private static async Task<int> Lead(
        StartOptions options, Home home, JournalPlace place, Redactor redactor, ILoggerFactory logging, SteadyClock clock, Interposed between)
    {
        var log = logging.CreateLogger("Slipway.ControlPlane");
        var standby = new StandbyServer(options, home, place, logging, clock);
        await using var leadership = await TakeLead(options, home, place, clock, standby);
        var identity = new ControlPlaneIdentity(options.HomeFolder, clock.GetUtcNow());
        var addresses = new ServerAddresses(
            ControlSocket.Claim(home, leadership.WasSilent), options.Listen, options.Listen is null ? null : AccessToken.Open(home));
        var opening = Task.Run(() => place.Lead(clock, leadership.Holder, between.Store));
        if (leadership.WasSilent)
            FenceOff(home, await opening, leadership.FormerProcess, log);
        await using var world = World.Open(home, clock, logging, redactor);
        await using var journal = await opening;
        if (journal.Records(Math.Max(0, journal.LastSequence - 1)) is [var last, ..])
            clock.NotBefore(last.At);
        var ports = between.Ports(world.Ports);
        await using var engine = new ReleaseEngine(ports, journal, clock, log.OutsideFailed);
        var parts = new ControlPlaneParts(identity, engine, new(engine.Start), journal, ports) { Leads = () => leadership.Lease.IsHeld };
        var starting = Task.Run(() => parts.Start.Run(CancellationToken.None));
        await using var server = ControlPlaneServer.Build(addresses, parts, logging, clock);
        await StartServer(server, starting);
        log.Started(ControlPlaneIdentity.Version, Environment.ProcessId, home.Folder, string.Join(", ", server.Urls));
        await starting;
        log.Ready((long)(clock.GetUtcNow() - identity.StartedAt).TotalMilliseconds);
        var ended = server.WaitForShutdownAsync();
        if (await Task.WhenAny(ended, leadership.Lease.Lost) != ended)
            await Leave(place, logging, log);
        await ended;
        log.Ended();
        return 0;
    }

    private static async Task<Leadership> TakeLead(StartOptions options, Home home, JournalPlace place, TimeProvider clock, StandbyServer standby)
    {
        // Until there is a server that takes them.
        using var end = new CancellationTokenSource();
        using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, End);
        using var interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, End);
        return await Leadership.Take(options, home, place, clock, standby.Run, end.Token);

        void End(PosixSignalContext signal)
        {
            signal.Cancel = true;
            end.Cancel();
        }
    }

    // One that went silent may be in the middle of an effect. It comes to its end before we look at what runs, or is ended.
    private static void FenceOff(Home home, Journal journal, int? former, ILogger log) => Fences.Raise(new(home.Folder), journal.NextFence(), () =>
    {
        if (former is { } process && PausedHolder.End(home, process))
            log.KilledHolder(process);
    });

    /// <summary>
    /// Ends this process where it stands, once those who ask have been told: everything that a tidy end would clear away, such as
    /// the socket, belongs to another one now.
    /// </summary>
    private static async Task Leave(JournalPlace place, ILoggerFactory logging, ILogger log)
    {
        log.NoLongerLeads(StandbyServer.LeaderOf(place));
        await Task.Delay(FarewellTime);
        logging.Dispose();
        Environment.Exit(3);
    }

    private static async Task StartServer(WebApplication server, Task starting)
    {
        try
        {
            await server.StartAsync();
        }
        catch (IOException fault)
        {
            // The engine must not be left in the middle of its start.
            await starting;
            throw new StartRefusedException($"{fault.Message.TrimEnd('.')}.", "Choose another address with --listen.", fault);
        }
    }
}

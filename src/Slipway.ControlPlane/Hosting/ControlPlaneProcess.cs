using Slipway.ControlPlane.Callers;
using Slipway.Core.Settings;
using Slipway.Releases;
using Slipway.Releases.Journals;

namespace Slipway.ControlPlane.Hosting;

/// <summary>
/// The life of a control plane, from the lock on its home to the end of its last request. What does not wait for one
/// another starts side by side: a restart should be over before anybody notices.
/// </summary>
internal static class ControlPlaneProcess
{
    /// <summary>Runs until it is asked to end; the exit code.</summary>
    /// <exception cref="StartRefusedException">It cannot start here.</exception>
    public static async Task<int> Run(StartOptions options)
    {
        CoreDumps.Disable();
        var clock = TimeProvider.System;
        var identity = new ControlPlaneIdentity(options.HomeFolder, clock.GetUtcNow());
        var home = Home.Open(options.HomeFolder);
        using var homeLock = HomeLock.Take(home);
        var addresses = new ServerAddresses(
            ControlSocket.Claim(home), options.Listen, options.Listen is null ? null : AccessToken.Open(home));
        var opening = Task.Run(() => OpenJournal(home, clock, options.RepairJournal));
        var redactor = new Redactor();
        using var logging = Logging.Open(redactor);
        var log = logging.CreateLogger("Slipway.ControlPlane");
        await using var world = World.Open(home, clock, logging, redactor);
        await using var journal = await opening;
        await using var engine = new ReleaseEngine(world.Ports, journal, clock, log.OutsideFailed);
        var parts = new ControlPlaneParts(identity, engine, new(engine.Start), journal, world.Ports);
        var starting = Task.Run(() => parts.Start.Run(CancellationToken.None));
        await using var server = ControlPlaneServer.Build(addresses, parts, logging, clock);
        await StartServer(server, starting);
        log.Started(ControlPlaneIdentity.Version, Environment.ProcessId, home.Folder, string.Join(", ", server.Urls));
        await Started(starting);
        log.Ready((long)(clock.GetUtcNow() - identity.StartedAt).TotalMilliseconds);
        await server.WaitForShutdownAsync();
        log.Ended();
        return 0;
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
            await Started(starting);
            throw new StartRefusedException($"{fault.Message.TrimEnd('.')}.", "Choose another address with --listen.", fault);
        }
    }

    private static async Task Started(Task starting)
    {
        try
        {
            await starting;
        }
        catch (JournalException fault)
        {
            // Its message says what to do.
            throw new StartRefusedException(fault.Message, "Nothing was changed.", fault);
        }
    }

    private static Journal OpenJournal(Home home, TimeProvider clock, bool repair)
    {
        try
        {
            return Journal.Open(home.Folder, clock, repair);
        }
        catch (JournalException fault)
        {
            // Its message says what to do.
            throw new StartRefusedException(fault.Message, "Nothing was changed.", fault);
        }
    }
}

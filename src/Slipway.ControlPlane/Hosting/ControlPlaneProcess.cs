using Slipway.ControlPlane.Callers;
using Slipway.Releases;
using Slipway.Releases.Journals;

namespace Slipway.ControlPlane.Hosting;

/// <summary>The life of a control plane, from the lock on its home to the end of its last request.</summary>
internal static class ControlPlaneProcess
{
    /// <summary>Runs until it is asked to end; the exit code.</summary>
    /// <exception cref="StartRefusedException">It cannot start here.</exception>
    public static async Task<int> Run(StartOptions options)
    {
        var clock = TimeProvider.System;
        var identity = new ControlPlaneIdentity(options.HomeFolder, clock.GetUtcNow());
        var home = Home.Open(options.HomeFolder);
        using var homeLock = HomeLock.Take(home);
        var addresses = new ServerAddresses(
            ControlSocket.Claim(home), options.Listen, options.Listen is null ? null : AccessToken.Open(home));
        using var logging = Logging.Open();
        var log = logging.CreateLogger("Slipway.ControlPlane");
        await using var journal = OpenJournal(home, clock, options.RepairJournal);
        await using var world = World.Open(home, clock, logging);
        await using var engine = new ReleaseEngine(world.Ports, journal, clock, log.OutsideFailed);
        var parts = new ControlPlaneParts(identity, engine, new(engine.Start), journal, world.Ports);
        await using var server = ControlPlaneServer.Build(addresses, parts, logging, clock);
        await server.StartAsync();
        log.Started(ControlPlaneIdentity.Version, Environment.ProcessId, home.Folder, string.Join(", ", server.Urls));
        await parts.Start.Run(CancellationToken.None);
        log.Ready((long)(clock.GetUtcNow() - identity.StartedAt).TotalMilliseconds);
        await server.WaitForShutdownAsync();
        log.Ended();
        return 0;
    }

    private static Journal OpenJournal(Home home, TimeProvider clock, bool repair)
    {
        try
        {
            return Journal.Open(home.Folder, clock, repair);
        }
        catch (JournalDamagedException fault)
        {
            throw new StartRefusedException(
                fault.Message, $"Start once with --repair-journal to go on from record {fault.LastGood}; the damaged file is kept.", fault);
        }
        catch (JournalException fault)
        {
            throw new StartRefusedException(fault.Message, "", fault);
        }
    }
}

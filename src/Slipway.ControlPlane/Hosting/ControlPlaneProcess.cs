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
        await using var journal = OpenJournal(home, clock, options.RepairJournal);
        await using var world = World.Open(home, clock);
        await using var engine = new ReleaseEngine(world.Ports, journal, clock, line => Console.Error.WriteLine(line));
        await using var server = ControlPlaneServer.Build(addresses, identity, engine, journal, world.Ports, clock);
        return await Serve(server, identity, addresses);
    }

    private static async Task<int> Serve(WebApplication server, ControlPlaneIdentity identity, ServerAddresses addresses)
    {
        await server.StartAsync();
        await server.Services.GetRequiredService<EngineStart>().Run(CancellationToken.None);
        await server.WaitForShutdownAsync();
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

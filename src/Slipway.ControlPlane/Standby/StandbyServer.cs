using System.Globalization;
using Slipway.ControlPlane.Callers;
using Slipway.ControlPlane.Hosting;
using Slipway.Releases.Journals;
using Slipway.Releases.Leases;

namespace Slipway.ControlPlane.Standby;

/// <summary>Answers while another control plane leads: what the journal tells, and who leads for all the rest.</summary>
internal sealed class StandbyServer(StartOptions options, Home home, JournalPlace place, ILoggerFactory logging, TimeProvider clock)
{
    /// <summary>What people know the present leader by; empty when nobody leads, or nobody can say.</summary>
    public static string LeaderOf(JournalPlace place)
    {
        try
        {
            using var store = place.Lease();
            var lease = store.Read();
            return lease.IsFree ? "" : lease.Name;
        }
        catch (JournalException)
        {
            return "";
        }
    }

    /// <summary>Answers until it is cancelled.</summary>
    /// <param name="lease">Tells who leads.</param>
    /// <param name="cancellation">Ends it.</param>
    public async Task Run(ILeaseStore lease, CancellationToken cancellation)
    {
        var socket = Path.Combine(home.Folder, string.Create(CultureInfo.InvariantCulture, $"standby-{Environment.ProcessId}.sock"));
        File.Delete(socket);
        var log = logging.CreateLogger("Slipway.ControlPlane");
        var addresses = new ServerAddresses(socket, options.Listen, options.Listen is null ? null : AccessToken.Open(home));
        await using var view = new StandbyView(place, lease, clock, new(options.HomeFolder, clock.GetUtcNow()));
        await using var server = ControlPlaneServer.Build(addresses, view, logging, clock);
        try
        {
            await server.StartAsync(cancellation);
            log.StandsBy(view.Leader, string.Join(", ", server.Urls));
            await Task.Delay(Timeout.Infinite, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await server.StopAsync(CancellationToken.None);
        }
        catch (IOException fault)
        {
            throw new StartRefusedException($"{fault.Message.TrimEnd('.')}.", "Choose another address with --listen.", fault);
        }
        finally
        {
            File.Delete(socket);
        }
    }
}

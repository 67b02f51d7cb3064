using System.Net;
using System.Text.Json;
using Slipway.Core.Routing;
using Slipway.Releases.Ports;
using Slipway.Targets.Processes.Inspecting;

namespace Slipway.Targets.Traffic;

/// <summary>Looks closely at the gateway of one environment. Starts nothing, changes nothing.</summary>
/// <param name="folder">Its folder.</param>
/// <param name="taken">What the gateway that we keep said of itself when we took it over; null while none runs.</param>
internal sealed class GatewayLook(GatewayFolder folder, GatewayRecord? taken)
{
    private const int Tries = 5;
    private static readonly TimeSpan s_answerMax = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(50);

    /// <summary>Looks.</summary>
    public async Task<TrafficInspection> Take(CancellationToken cancellation)
    {
        var told = Told();
        if ((taken ?? told) is not { } record)
            return new(null, null, folder.StoredTable(), "No gateway runs.");
        var address = Address(told ?? record);
        var untold = told is null || address is null
            ? "Its record gateway.json is missing, damaged, or tells of a process that does not run: another control plane would not find it."
            : null;
        try
        {
            // Whatever the record says now, we know whom we took over.
            using var client = new GatewayClient(record.Admin);
            var (live, stored) = await Tables(client, cancellation);
            return new(address, live, stored, untold);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or JsonException)
        {
            return new(address, null, folder.StoredTable(), $"The gateway (process {record.Pid}) cannot be asked: {e.Message.TrimEnd('.')}.");
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            var halt = GatewayFolder.IdentityOf(record) is { } process && HaltLook.Take(process) is { } how ? $": it is {how}" : "";
            return new(address, null, folder.StoredTable(), $"The gateway (process {record.Pid}) does not answer within {s_answerMax.TotalSeconds:0} s{halt}.");
        }
    }

    private static Uri? Address(GatewayRecord record)
        => IPAddress.TryParse(record.Address, out var address) && record.Port is > 0 and <= IPEndPoint.MaxPort
            ? new($"http://{new IPEndPoint(address, record.Port)}")
            : null;

    /// <summary>What the record on disk says, if its gateway lives.</summary>
    private GatewayRecord? Told()
    {
        try
        {
            return folder.Load() is { } record && GatewayFolder.IdentityOf(record) is not null ? record : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>The table that is live and the one on disk, of one moment: a new one is stored just before it goes live.</summary>
    private async Task<(RouteTable? Live, RouteTable? Stored)> Tables(GatewayClient client, CancellationToken cancellation)
    {
        for (var tried = 1; ; tried++)
        {
            var live = await Live(client, cancellation);
            var stored = folder.StoredTable();
            // A gateway that was never given a table has the empty one, of version 0, and none on disk.
            if (tried == Tries || (stored?.Version ?? 0) == (live?.Version ?? 0))
                return (live, stored);
            await Task.Delay(s_pause, cancellation);
        }
    }

    private static async Task<RouteTable?> Live(GatewayClient client, CancellationToken cancellation)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        deadline.CancelAfter(s_answerMax);
        return await client.Table(deadline.Token);
    }
}

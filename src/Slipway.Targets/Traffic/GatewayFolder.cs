using System.Text.Json;
using Slipway.Core.Routing;
using Slipway.Targets.Processes.Spawning;

namespace Slipway.Targets.Traffic;

/// <summary>The folder of a gateway.</summary>
/// <param name="Path">The folder, absolute.</param>
internal sealed record GatewayFolder(string Path)
{
    public string Log => System.IO.Path.Combine(Path, "gateway.log");

    private string RecordPath => System.IO.Path.Combine(Path, "gateway.json");

    /// <summary>What a gateway last wrote about itself; null when none ever ran here, or it cannot be read.</summary>
    public GatewayRecord? Load()
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(RecordPath), RoutingJson.Default.GatewayRecord);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException or JsonException)
        {
            return null;
        }
    }

    /// <summary>The gateway that runs here; null when there is none.</summary>
    public RunningProcess? FindRunning()
        => Load() is { } record && IdentityOf(record) is { } identity ? RunningProcess.Adopt(identity, mark: null) : null;

    /// <summary>The process that a record tells of; null when it has ended, or its number is another's now.</summary>
    public static ProcessIdentity? IdentityOf(GatewayRecord record)
    {
        var identity = ProcessIdentity.Of(record.Pid);
        // Where the start time is not told (0), the number must do.
        return (record.StartTimeTicks == 0 || identity.StartTicks == record.StartTimeTicks) && identity.IsAlive ? identity : null;
    }

    /// <summary>The table that a gateway would start with; null when there is none, or none that is whole.</summary>
    public RouteTable? StoredTable()
        => TableSlots.Newest(Content)?.Table;

    private byte[]? Content(string name)
    {
        try
        {
            return File.ReadAllBytes(System.IO.Path.Combine(Path, name));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}

using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Slipway.Core.Routing;
using Slipway.Core.Telemetry;
using Slipway.Gateway.Balancing;
using Slipway.Gateway.Hosting;
using Slipway.Gateway.Proxying;
using Slipway.Gateway.Tables;

namespace Slipway.Gateway.Admin;

/// <summary>What can be asked of a gateway by those who may.</summary>
internal sealed class AdminRoutes(TableKeeper keeper, DataPlane plane, Succession succession)
{
    /// <summary>Answers a request on the admin socket.</summary>
    public AdminAnswer Answer(AdminRequest request) => (request.Method, request.Path) switch
    {
        ("PUT", "/table") => PutTable(request.Body),
        ("GET" or "HEAD", "/table") => AdminAnswer.Json(200, plane.Tables.Current.Table, RoutingJson.Default.RouteTable),
        ("GET" or "HEAD", "/reading") => GetReading(),
        ("GET" or "HEAD", "/connections") => GetConnections(),
        ("PUT", "/drain") => Drain(plane.BeginDrain),
        ("DELETE", "/drain") => Drain(plane.EndDrain),
        ("POST", "/sockets") => succession.GiveSockets(),
        ("POST", "/leave") => succession.Leave(),
        ("POST", "/clients") => succession.GiveClients(),
        (_, "/table" or "/reading" or "/connections" or "/drain" or "/sockets" or "/leave" or "/clients") => AdminAnswer.Text(405, "That is not done here."),
        _ => AnswerMetrics(request),
    };

    /// <summary>Answers a request on the listener for metrics, which shows nothing else.</summary>
    public AdminAnswer AnswerMetrics(AdminRequest request) => (request.Method, request.Path) switch
    {
        ("GET" or "HEAD", "/metrics") => MetricsText.Answer(plane, request.Accept),
        ("GET" or "HEAD", "/health") => Health(),
        (_, "/metrics" or "/health") => AdminAnswer.Text(405, "That is not done here."),
        _ => AdminAnswer.Text(404, "There is no such page."),
    };

    private AdminAnswer Health() => new(200, "application/json", Encoding.ASCII.GetBytes(
        $"{{\"status\":\"{(plane.IsDraining ? "draining" : "serving")}\",\"tableVersion\":{plane.Tables.Current.Table.Version}}}"));

    private AdminAnswer Drain(Action change)
    {
        change();
        return Health();
    }

    private AdminAnswer PutTable(byte[] body)
    {
        RouteTable table;
        try
        {
            table = JsonSerializer.Deserialize(body, RoutingJson.Default.RouteTable)
                ?? throw new JsonException("The table is null.");
        }
        catch (JsonException e)
        {
            var current = plane.Tables.Current.Table;
            return AdminAnswer.Json(
                422,
                new("The body is no route table.", current.Version, current.Fence, [new(e.Path ?? "$", e.Message)]),
                RoutingJson.Default.TableRefusal);
        }
        return keeper.Put(table) switch
        {
            TableOutcome.Live live => AdminAnswer.Json(200, new(live.Version), RoutingJson.Default.TableAnswer),
            TableOutcome.Stale stale => AdminAnswer.Json(409, stale.Refusal, RoutingJson.Default.TableRefusal),
            TableOutcome.Faulty faulty => AdminAnswer.Json(422, faulty.Refusal, RoutingJson.Default.TableRefusal),
            TableOutcome.Replaced replaced => AdminAnswer.Json(503, replaced.Refusal, RoutingJson.Default.TableRefusal),
            TableOutcome.Unsaved unsaved => AdminAnswer.Json(507, unsaved.Refusal, RoutingJson.Default.TableRefusal),
            _ => throw new InvalidOperationException("An outcome that is not known."),
        };
    }

    private AdminAnswer GetReading()
    {
        var version = plane.Tables.Current.Table.Version;
        var reading = plane.Book.Read(version, GetInstances(), DateTimeOffset.UtcNow);
        return AdminAnswer.Json(200, reading, RoutingJson.Default.TrafficReading);
    }

    private ImmutableArray<InstanceTraffic> GetInstances()
    {
        // One that left and came back, or moved to another port, carries at both places.
        var carried = new SortedDictionary<string, InstanceTraffic>(StringComparer.Ordinal);
        foreach (var carrier in plane.Tables.Carriers)
        {
            var instance = carrier.Endpoint.Instance;
            var before = carried.TryGetValue(instance.ToString(), out var seen) ? seen.InFlight : 0;
            carried[instance.ToString()] = new(instance, before + carrier.InFlight);
        }
        foreach (var (instance, inFlight) in succession.StillCarried())
            carried[instance.ToString()] = new(instance, inFlight + (carried.TryGetValue(instance.ToString(), out var here) ? here.InFlight : 0));
        return [.. carried.Values];
    }

    private AdminAnswer GetConnections()
    {
        var clients = plane.Clients().Where(static client => !client.IsStream).ToArray();
        var atRest = clients.Count(client => client.IsAtRest);
        var text = new StringBuilder();
        text.Append($"{{\"clients\":{clients.Length},\"clientsAtRest\":{atRest},\"waiting\":{plane.Tables.Current.Waiting},\"instances\":[");
        var separator = "";
        foreach (var endpoint in plane.Tables.Endpoints)
        {
            text.Append($"{separator}{{\"instance\":\"{endpoint.Endpoint.Instance}\",\"address\":\"{endpoint.Endpoint.Address}\","
                + $"\"port\":{endpoint.Endpoint.Port},\"inFlight\":{endpoint.InFlight},\"resting\":{endpoint.Resting},"
                + $"\"isAside\":{(IsAside(endpoint) ? "true" : "false")}}}");
            separator = ",";
        }
        return new(200, "application/json", Encoding.UTF8.GetBytes(text.Append("]}").ToString()));
    }

    private static bool IsAside(EndpointState endpoint) => Environment.TickCount64 is var now && (endpoint.IsAside || endpoint.SlowUntil > now || endpoint.Breaker.IsOpen(now));
}

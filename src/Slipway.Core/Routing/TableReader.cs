using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Slipway.Core.Manifests;

namespace Slipway.Core.Routing;

/// <summary>
/// Reads a route table out of its own file, property by property. The serializer would read it as well, but preparing it
/// takes longer than the whole rest of a start, and a start happens when nobody answers users.
/// </summary>
internal static class TableReader
{
    private delegate T ItemReader<T>(ref Utf8JsonReader reader);

    /// <summary>Reads a table as the serializer wrote it.</summary>
    /// <exception cref="JsonException">It is no JSON, or no table.</exception>
    public static RouteTable Read(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        try
        {
            reader.Read();
            var table = ReadTable(ref reader);
            return reader.Read() ? throw new JsonException("Something follows the table.") : table;
        }
        catch (Exception e) when (e is InvalidOperationException or FormatException)
        {
            throw new JsonException($"A value is not of its kind: {e.Message}", e);
        }
    }

    private static RouteTable ReadTable(ref Utf8JsonReader reader)
    {
        long version = 0;
        long fence = 0;
        ImmutableArray<RoutedService> services = default;
        while (NextProperty(ref reader) is { } name)
        {
            switch (name)
            {
                case "version":
                    version = reader.GetInt64();
                    break;
                case "fence":
                    fence = reader.GetInt64();
                    break;
                case "services":
                    services = ReadList(ref reader, ReadService);
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }
        return new() { Version = version, Fence = fence, Services = services };
    }

    private static RoutedService ReadService(ref Utf8JsonReader reader)
    {
        ServiceName service = default;
        ImmutableArray<Route> routes = default;
        ImmutableArray<RoutedRelease> releases = default;
        while (NextProperty(ref reader) is { } name)
        {
            if (name == "service")
                _ = ServiceName.TryParse(reader.GetString(), out service);
            else if (name == "routes")
                routes = ReadList(ref reader, ReadRoute);
            else if (name == "releases")
                releases = ReadList(ref reader, ReadRelease);
            else
                reader.Skip();
        }
        return new(service, routes, releases);
    }

    private static Route ReadRoute(ref Utf8JsonReader reader)
    {
        var route = new Route(null, "", false, false, TimeSpan.Zero, TimeSpan.Zero);
        while (NextProperty(ref reader) is { } name)
        {
            switch (name)
            {
                case "host":
                    route = route with { Host = reader.GetString() };
                    break;
                case "path":
                    route = route with { Path = reader.GetString() ?? "" };
                    break;
                case "stripPath":
                    route = route with { StripPath = reader.GetBoolean() };
                    break;
                case "sticky":
                    route = route with { Sticky = reader.GetBoolean() };
                    break;
                case "hold":
                    route = route with { Hold = GetTime(ref reader) };
                    break;
                case "responseTimeout":
                    route = route with { ResponseTimeout = GetTime(ref reader) };
                    break;
                case "priority":
                    route = route with { Priority = JsonSerializer.Deserialize(ref reader, RoutingJson.Default.RoutePriority) };
                    break;
                case "protection":
                    // Only where one is: the serializer is slow to start.
                    route = route with { Protection = JsonSerializer.Deserialize(ref reader, RoutingJson.Default.RouteProtection) };
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }
        return route;
    }

    private static RoutedRelease ReadRelease(ref Utf8JsonReader reader)
    {
        ReleaseId release = default;
        var weight = 0;
        ImmutableArray<Endpoint> endpoints = default;
        LoadPlan? load = null;
        while (NextProperty(ref reader) is { } name)
        {
            if (name == "release")
                _ = ReleaseId.TryParse(reader.GetString(), out release);
            else if (name == "weight")
                weight = reader.GetInt32();
            else if (name == "endpoints")
                endpoints = ReadList(ref reader, ReadEndpoint);
            else if (name == "load")
                load = JsonSerializer.Deserialize(ref reader, RoutingJson.Default.LoadPlan);
            else
                reader.Skip();
        }
        return new(release, weight, endpoints) { Load = load };
    }

    private static Endpoint ReadEndpoint(ref Utf8JsonReader reader)
    {
        InstanceId instance = default;
        var address = "";
        var port = 0;
        var http2 = false;
        while (NextProperty(ref reader) is { } name)
        {
            if (name == "instance")
                _ = InstanceId.TryParse(reader.GetString(), out instance);
            else if (name == "address")
                address = reader.GetString() ?? "";
            else if (name == "port")
                port = reader.GetInt32();
            else if (name == "http2")
                http2 = reader.GetBoolean();
            else
                reader.Skip();
        }
        return new(instance, address, port) { Http2 = http2 };
    }

    /// <summary>Moves to the value of the next property and gives its name; null at the end of the object.</summary>
    private static string? NextProperty(ref Utf8JsonReader reader)
    {
        if (!reader.Read() || reader.TokenType == JsonTokenType.EndObject)
            return null;
        if (reader.TokenType != JsonTokenType.PropertyName)
            throw new JsonException("There is a value where an object should be.");
        var name = reader.GetString();
        reader.Read();
        return name;
    }

    private static ImmutableArray<T> ReadList<T>(ref Utf8JsonReader reader, ItemReader<T> read)
        where T : class
    {
        if (reader.TokenType != JsonTokenType.StartArray)
            throw new JsonException("There is a value where a list should be.");
        var items = new List<T>();
        while (reader.Read() && reader.TokenType == JsonTokenType.StartObject)
            items.Add(read(ref reader));
        return reader.TokenType == JsonTokenType.EndArray
            ? ImmutableArray.Create(items.ToArray())
            : throw new JsonException("There is a value where an object should be.");
    }

    private static TimeSpan GetTime(ref Utf8JsonReader reader)
        => TimeSpan.ParseExact(reader.GetString() ?? "", "c", CultureInfo.InvariantCulture);
}

using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;
using Slipway.Core.Routing;
using Slipway.Core.Telemetry;

namespace Slipway.Targets.Traffic;

/// <summary>Speaks to a gateway over its admin socket, on a connection that is kept.</summary>
internal sealed class GatewayClient : IDisposable
{
    private readonly HttpClient _client;

    /// <summary>Speaks to the gateway behind a socket.</summary>
    /// <param name="socketPath">The socket's path.</param>
    public GatewayClient(string socketPath)
    {
        var handler = new SocketsHttpHandler
        {
            UseProxy = false,
            // The gateway itself closes a connection after two minutes of silence.
            PooledConnectionIdleTimeout = TimeSpan.FromMinutes(1),
            ConnectCallback = async (_, cancellation) =>
            {
                var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                try
                {
                    await socket.ConnectAsync(new UnixDomainSocketEndPoint(socketPath), cancellation);
                    return new NetworkStream(socket, ownsSocket: true);
                }
                catch
                {
                    socket.Dispose();
                    throw;
                }
            },
        };
        _client = new(handler) { BaseAddress = new("http://gateway"), Timeout = TimeSpan.FromSeconds(5) };
    }

    /// <summary>Puts a table.</summary>
    /// <returns>Null when it is live and on disk, else why it was refused.</returns>
    /// <exception cref="HttpRequestException">The gateway cannot be reached.</exception>
    public async Task<(HttpStatusCode Status, TableRefusal? Refusal)> Put(RouteTable table, CancellationToken cancellation)
    {
        using var content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(table, RoutingJson.Default.RouteTable));
        content.Headers.ContentType = new("application/json");
        using var response = await _client.PutAsync(new Uri("/table", UriKind.Relative), content, cancellation);
        if (response.StatusCode == HttpStatusCode.ServiceUnavailable)
            throw new HttpRequestException("The gateway leaves its place to another, which must be asked.");
        var refusal = response.StatusCode is HttpStatusCode.Conflict or HttpStatusCode.UnprocessableEntity or HttpStatusCode.InsufficientStorage
            ? await response.Content.ReadFromJsonAsync(RoutingJson.Default.TableRefusal, cancellation)
            : null;
        return (response.StatusCode, refusal);
    }

    /// <summary>What it has counted.</summary>
    /// <exception cref="HttpRequestException">The gateway cannot be reached.</exception>
    public Task<TrafficReading?> Read(CancellationToken cancellation)
        => _client.GetFromJsonAsync("/reading", RoutingJson.Default.TrafficReading, cancellation);

    /// <summary>The table that is live.</summary>
    /// <exception cref="HttpRequestException">The gateway cannot be reached.</exception>
    public Task<RouteTable?> Table(CancellationToken cancellation)
        => _client.GetFromJsonAsync("/table", RoutingJson.Default.RouteTable, cancellation);

    /// <summary>Whether it answers.</summary>
    public async Task<bool> IsServing(CancellationToken cancellation)
    {
        try
        {
            using var response = await _client.GetAsync(new Uri("/health", UriKind.Relative), cancellation);
            return response.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _client.Dispose();
}

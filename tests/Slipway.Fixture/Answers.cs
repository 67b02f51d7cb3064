using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Text;

namespace Slipway.Fixture;

/// <summary>
/// The paths it answers: /health, /ready, /version, /env, /metrics, /echo (sends the body back), /count (counts the body),
/// /bytes?n=, /slow?ms=, /stream?n=&amp;ms= (server-sent events), /ws (echoes), /database (<see cref="Database"/>), /token
/// (<see cref="Tokens"/>), /status/CODE, /exit/CODE, /crash, /become (<see cref="Becoming"/>), POST /faults?name=value;
/// anything else is an ordinary request, which may fail or take long as the faults say.
/// </summary>
internal sealed class Answers(Server server, Connection connection)
{
    private readonly Faults _faults = server.Faults;

    /// <summary>Answers; false when the connection is of no more use.</summary>
    public async Task<bool> GiveAsync(Request request)
    {
        switch (request.Path.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            case ["health"]:
                return await CheckAsync(_faults.Health);
            case ["ready"]:
                return await CheckAsync(await Need.IsThereAsync() ? _faults.Ready : "fail");
            case ["faults"]:
                var known = request.Parameters().All(pair => _faults.Set(pair.Name, pair.Value));
                await connection.SendAsync(known ? 200 : 404, known ? "set" : "no such fault");
                return true;
            case ["exit", var code]:
                await connection.SendAsync(200, "leaving");
                _faults.End(int.Parse(code));
                return false;
            case ["become"]:
                await connection.SendAsync(200, "becoming");
                _ = Becoming.BeginAsync(request);
                return false;
            case ["crash"]:
                Environment.FailFast("asked to crash");
                return false;
            case ["ws"]:
                await EchoMessagesAsync(request);
                return false;
            default:
                return await WorkAsync(request);
        }
    }

    private async Task<bool> CheckAsync(string state)
    {
        if (_faults.Passes(state) is { } passes)
            await connection.SendAsync(passes ? 200 : 503, passes ? "ok" : "no");
        else
            await Task.Delay(Timeout.Infinite);
        return true;
    }

    private async Task<bool> WorkAsync(Request request)
    {
        if (_faults.LatencyMs > 0)
            await Task.Delay(_faults.LatencyMs);
        if (_faults.Errors > 0 && Random.Shared.NextDouble() < _faults.Errors)
        {
            await connection.ReadBodyAsync(request, _ => Task.CompletedTask);
            await connection.SendAsync(500, "a fault");
            return true;
        }
        if (!await Need.IsThereAsync())
        {
            await connection.ReadBodyAsync(request, _ => Task.CompletedTask);
            await connection.SendAsync(500, "what it needs is away");
            return true;
        }
        switch (request.Path.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            case ["echo"]:
                await EchoAsync(request);
                return true;
            case ["stream"]:
                await StreamAsync(request.Number("n", 10), request.Number("ms", 50));
                return true;
            case ["database"]:
                var (database, user) = await Database.AskAsync();
                await connection.SendAsync(database, user);
                return true;
            case ["token"]:
                var (token, said) = await Tokens.AskAsync();
                await connection.SendAsync(token, said);
                return true;
            case ["slow"]:
                await Task.Delay(request.Number("ms", 500));
                break;
        }
        long length = 0;
        await connection.ReadBodyAsync(request, part =>
        {
            length += part.Length;
            return Task.CompletedTask;
        });
        var (status, text) = Answer(request, length);
        await connection.SendAsync(status, text);
        return true;
    }

    private (int Status, string Text) Answer(Request request, long length)
        => request.Path.Split('/', StringSplitOptions.RemoveEmptyEntries) switch
        {
            ["version"] => (200, _faults.Version),
            ["count"] => (200, length.ToString()),
            ["bytes"] => (200, new string('x', request.Number("n", 1000))),
            ["env"] => (200, string.Join('\n', Variables())),
            ["folder"] => (200, Environment.CurrentDirectory),
            ["metrics"] when int.TryParse(_faults.Metrics, out var status) => (status, "no metrics"),
            ["metrics"] when _faults.Metrics.Length > 0 => (200, _faults.Metrics),
            ["metrics"] => (200, "db_client_connection_count{state=\"idle\"} 6\ndb_client_connection_count{state=\"used\"} 2\ndb_client_connection_max 8\n"),
            ["status", var status] => (int.Parse(status), $"status {status}"),
            _ => (200, $"{_faults.Version} {request.Method} {request.Path}"),
        };

    private static IEnumerable<string> Variables()
    {
        foreach (System.Collections.DictionaryEntry entry in Environment.GetEnvironmentVariables())
            yield return $"{entry.Key}={entry.Value}";
    }

    private async Task EchoAsync(Request request)
    {
        await connection.BeginChunksAsync("application/octet-stream");
        await connection.ReadBodyAsync(request, connection.SendChunkAsync);
        await connection.SendChunkAsync(ReadOnlyMemory<byte>.Empty);
    }

    private async Task StreamAsync(int count, int pauseMs)
    {
        await connection.BeginChunksAsync("text/event-stream");
        for (var i = 1; i <= count; i++)
        {
            await connection.SendChunkAsync(Encoding.UTF8.GetBytes($"id: {i}\ndata: {_faults.Version}\n\n"));
            await Task.Delay(pauseMs);
        }
        await connection.SendChunkAsync(ReadOnlyMemory<byte>.Empty);
    }

    private async Task EchoMessagesAsync(Request request)
    {
        // RFC 6455, section 4.2.2.
        var key = SHA1.HashData(Encoding.ASCII.GetBytes(request.Header("sec-websocket-key") + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"));
        await connection.Stream.WriteAsync(Encoding.ASCII.GetBytes(
            $"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {Convert.ToBase64String(key)}\r\n\r\n"));
        using var socket = WebSocket.CreateFromStream(connection.Stream, new WebSocketCreationOptions { IsServer = true });
        var buffer = new byte[64 * 1024];
        while (socket.State == WebSocketState.Open)
        {
            var got = await socket.ReceiveAsync(buffer, CancellationToken.None);
            if (got.MessageType == WebSocketMessageType.Close)
                await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None);
            else
                await socket.SendAsync(buffer.AsMemory(0, got.Count), got.MessageType, got.EndOfMessage, CancellationToken.None);
        }
    }
}

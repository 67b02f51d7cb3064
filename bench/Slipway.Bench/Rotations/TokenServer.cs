using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Slipway.Bench.Rotations;

/// <summary>
/// Somebody else's service that lets in by tokens: <c>POST /tokens/ROTATION</c> makes one, the same for the same rotation;
/// <c>DELETE /tokens</c> revokes the one that is shown; anything else is answered 200 to who shows a token of the present, 401 to others.
/// </summary>
internal sealed class TokenServer : IAsyncDisposable
{
    private readonly HttpListener _listener = new();
    private readonly ConcurrentDictionary<string, string> _tokens = new(StringComparer.Ordinal);
    private readonly Task _running;

    public TokenServer()
    {
        Address = $"http://127.0.0.1:{FreePort()}";
        _listener.Prefixes.Add(Address + "/");
        _listener.Start();
        _running = Run();
    }

    /// <summary>Where it listens.</summary>
    public string Address { get; }

    /// <summary>How many tokens let in now.</summary>
    public int Count => _tokens.Count;

    /// <summary>Makes a token.</summary>
    public string Make(string rotation) => _tokens.GetOrAdd(rotation, _ => $"tok-{Guid.NewGuid():N}");

    /// <summary>Whether a token lets in.</summary>
    public bool LetsIn(string token) => _tokens.Values.Contains(token);

    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        await _running;
        _listener.Close();
    }

    private async Task Run()
    {
        while (_listener.IsListening)
        {
            try
            {
                Answer(await _listener.GetContextAsync());
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException or InvalidOperationException)
            {
                // It was stopped, or a caller has gone; the next look at the listener tells which.
                continue;
            }
        }
    }

    private void Answer(HttpListenerContext context)
    {
        var path = context.Request.Url!.AbsolutePath;
        var token = (context.Request.Headers["Authorization"] ?? "").Replace("Bearer ", "", StringComparison.Ordinal);
        var (status, text) = (context.Request.HttpMethod, path.Split('/', StringSplitOptions.RemoveEmptyEntries)) switch
        {
            ("POST", ["tokens", var rotation]) => (200, Make(rotation)),
            ("DELETE", ["tokens"]) => (204, Revoke(token)),
            _ => LetsIn(token) ? (200, "in") : (401, "out"),
        };
        context.Response.StatusCode = status;
        context.Response.Close(Encoding.UTF8.GetBytes(text), willBlock: false);
    }

    private string Revoke(string token)
    {
        foreach (var (rotation, known) in _tokens)
        {
            if (known == token)
                _tokens.TryRemove(rotation, out _);
        }
        return "";
    }

    private static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}

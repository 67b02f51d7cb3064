using System.Collections.Concurrent;
using System.Net;
using System.Text;

namespace Slipway.Bench.Rotations;

/// <summary>
/// Somebody else's service that lets in by tokens: <c>POST /tokens/ROTATION</c> makes one, the same for the same rotation;
/// <c>DELETE /tokens</c> revokes the one that is shown; anything else is answered 200 to who shows a token of the present, 401 to others.
/// </summary>
internal sealed class TokenServer : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, string> _tokens = new(StringComparer.Ordinal);
    private readonly LocalServer _server;

    public TokenServer() => _server = new(Answer);

    /// <summary>Where it listens.</summary>
    public string Address => _server.Address.TrimEnd('/');

    /// <summary>How many tokens let in now.</summary>
    public int Count => _tokens.Count;

    /// <summary>Makes a token.</summary>
    public string Make(string rotation) => _tokens.GetOrAdd(rotation, _ => $"tok-{Guid.NewGuid():N}");

    /// <summary>Whether a token lets in.</summary>
    public bool LetsIn(string token) => _tokens.Values.Contains(token);

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private Task Answer(HttpListenerContext context)
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
        return Task.CompletedTask;
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
}

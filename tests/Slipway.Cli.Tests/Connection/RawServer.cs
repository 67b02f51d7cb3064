using System.Net.Sockets;
using System.Text;

namespace Slipway.Cli.Tests.Connection;

/// <summary>A control plane that plays a script: one connection after the other, each given to the next act; then it is gone.</summary>
internal sealed class RawServer : IAsyncDisposable
{
    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly CancellationTokenSource _ended = new();
    private readonly List<string> _requests = [];
    private readonly Task _playing;

    public RawServer(string socketPath, params Func<Socket, Task>[] acts)
    {
        _listener.Bind(new UnixDomainSocketEndPoint(socketPath));
        _listener.Listen(16);
        _playing = Play(acts);
    }

    public IReadOnlyList<string> Requests => _requests;

    public static Func<Socket, Task> Answer(string status, string body)
        => socket => Send(socket, $"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\n\r\n{body}");

    public static Func<Socket, Task> Pieces(params string[] pieces) => async socket =>
    {
        foreach (var piece in pieces)
        {
            await Send(socket, piece);
            await Task.Delay(5);
        }
    };

    public static async Task Send(Socket socket, string text) => await socket.SendAsync(Encoding.UTF8.GetBytes(text), SocketFlags.None);

    public async ValueTask DisposeAsync()
    {
        await _ended.CancelAsync();
        _listener.Dispose();
        await _playing;
        _ended.Dispose();
    }

    private async Task Play(Func<Socket, Task>[] acts)
    {
        try
        {
            foreach (var act in acts)
            {
                using var socket = await _listener.AcceptAsync(_ended.Token);
                _requests.Add(await ReadRequest(socket));
                await act(socket);
            }
            _listener.Dispose();
        }
        catch (Exception error) when (error is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            return;
        }
    }

    private async Task<string> ReadRequest(Socket socket)
    {
        var buffer = new byte[64 * 1024];
        var filled = 0;
        while (true)
        {
            var text = Encoding.UTF8.GetString(buffer, 0, filled);
            var head = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
            if (head >= 0)
            {
                var length = text.Split("\r\n").FirstOrDefault(line => line.StartsWith("Content-Length: "))?["Content-Length: ".Length..];
                if (filled >= head + 4 + int.Parse(length ?? "0"))
                    return text;
            }
            var count = await socket.ReceiveAsync(buffer.AsMemory(filled), SocketFlags.None, _ended.Token);
            if (count == 0)
                return text;
            filled += count;
        }
    }
}

using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Slipway.Cli.Tests.Load;

/// <summary>
/// A raw HTTP/1.1 server that does to each request what its path says: <c>/ok</c>, <c>/error</c>, <c>/reset</c>,
/// <c>/truncate</c>, <c>/torn-chunk</c>, <c>/hang</c>, <c>/echo</c>, <c>/wrong-hash</c>, <c>/early</c>, <c>/close</c>, <c>/stream</c>.
/// It counts what it did.
/// </summary>
internal sealed class FaultyServer : IAsyncDisposable
{
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly CancellationTokenSource _ended = new();
    private readonly ConcurrentDictionary<string, int> _counts = new();
    private readonly ConcurrentBag<Task> _connections = [];
    private readonly Task _accepting;
    private int _accepted;

    public FaultyServer()
    {
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen(1024);
        _accepting = Accept();
    }

    public Uri Address => new($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndPoint!).Port}/ok");

    public int Accepted => _accepted;

    public int Count(string path) => _counts.GetValueOrDefault(path);

    public async ValueTask DisposeAsync()
    {
        await _ended.CancelAsync();
        _listener.Dispose();
        await _accepting;
        await Task.WhenAll(_connections);
        _ended.Dispose();
    }

    private async Task Accept()
    {
        try
        {
            while (true)
            {
                var socket = await _listener.AcceptAsync(_ended.Token);
                Interlocked.Increment(ref _accepted);
                _connections.Add(Serve(socket));
            }
        }
        catch (Exception error) when (error is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            return;
        }
    }

    private async Task Serve(Socket socket)
    {
        using (socket)
        {
            try
            {
                var buffer = new byte[256 * 1024];
                var filled = 0;
                while (true)
                {
                    int head;
                    while ((head = buffer.AsSpan(0, filled).IndexOf("\r\n\r\n"u8)) < 0)
                    {
                        var count = await socket.ReceiveAsync(buffer.AsMemory(filled), SocketFlags.None, _ended.Token);
                        if (count == 0)
                            return;
                        filled += count;
                    }
                    var text = Encoding.ASCII.GetString(buffer, 0, head);
                    var path = text.Split(' ')[1];
                    var length = Length(text);
                    if (path == "/early")
                    {
                        await Answer(socket, path, default);
                        return;
                    }
                    while (filled < head + 4 + length)
                        filled += await socket.ReceiveAsync(buffer.AsMemory(filled), SocketFlags.None, _ended.Token);
                    _counts.AddOrUpdate(path, 1, (_, before) => before + 1);
                    if (!await Answer(socket, path, buffer.AsMemory(head + 4, length)))
                        return;
                    buffer.AsSpan(head + 4 + length, filled - head - 4 - length).CopyTo(buffer);
                    filled -= head + 4 + length;
                }
            }
            catch (Exception error) when (error is OperationCanceledException or SocketException)
            {
                return;
            }
        }
    }

    /// <summary>Answers; false when the connection ends with it.</summary>
    private async Task<bool> Answer(Socket socket, string path, ReadOnlyMemory<byte> body)
    {
        const string Release = "X-Slipway-Release: 0123456789ab\r\n";
        switch (path)
        {
            case "/error":
                await Send(socket, $"HTTP/1.1 503 Service Unavailable\r\n{Release}Content-Length: 2\r\n\r\nno");
                return true;
            case "/reset":
                socket.LingerState = new LingerOption(true, 0);
                return false;
            case "/truncate":
                await Send(socket, $"HTTP/1.1 200 OK\r\n{Release}Content-Length: 100\r\n\r\nonly a part");
                return false;
            case "/torn-chunk":
                await Send(socket, $"HTTP/1.1 200 OK\r\n{Release}Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n5\r\nwo");
                return false;
            case "/hang":
                await Task.Delay(Timeout.Infinite, _ended.Token);
                return false;
            case "/echo":
                await Send(socket, $"HTTP/1.1 200 OK\r\n{Release}X-Body-Bytes: {body.Length}\r\nContent-Length: {body.Length}\r\n\r\n");
                await socket.SendAsync(body, SocketFlags.None);
                return true;
            case "/wrong-hash":
                await Send(socket, $"HTTP/1.1 200 OK\r\n{Release}X-Body-SHA256: 00\r\nContent-Length: 0\r\n\r\n");
                return true;
            case "/early":
                await Send(socket, "HTTP/1.1 413 Content Too Large\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
                return false;
            case "/close":
                await Send(socket, $"HTTP/1.1 200 OK\r\n{Release}Connection: close\r\nContent-Length: 2\r\n\r\nok");
                return false;
            case "/stream":
                await Send(socket, $"HTTP/1.1 200 OK\r\n{Release}Transfer-Encoding: chunked\r\n\r\n");
                foreach (var piece in (string[])["3\r", "\nabc", "\r\n4;x=1\r\nde", "fg\r\n0", "\r\nTrailer: x\r\n", "\r\n"])
                    await Send(socket, piece);
                return true;
            default:
                await Send(socket, $"HTTP/1.1 200 OK\r\n{Release}Content-Length: 2\r\n\r\nok");
                return true;
        }
    }

    private static int Length(string head)
    {
        foreach (var line in head.Split("\r\n"))
        {
            if (line.StartsWith("Content-Length: ", StringComparison.OrdinalIgnoreCase))
                return int.Parse(line["Content-Length: ".Length..]);
        }
        return 0;
    }

    private static async Task Send(Socket socket, string text) => await socket.SendAsync(Encoding.ASCII.GetBytes(text), SocketFlags.None);
}

using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Slipway.Gateway.Tests;

/// <summary>An instance that says exactly what a test wants, byte for byte.</summary>
internal sealed class RawBackend : IAsyncDisposable
{
    private readonly TcpListener _listener;
    private readonly Func<RawPeer, Task> _serve;
    private readonly ConcurrentBag<RawPeer> _peers = [];
    private int _connections;
    private int _ended;

    /// <summary>Serves each connection by a function, from its first byte.</summary>
    public RawBackend(Func<RawPeer, Task> serve)
    {
        _serve = serve;
        _listener = new(IPAddress.Loopback, 0);
        _listener.Start();
        _ = AcceptAll();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public int Connections => Volatile.Read(ref _connections);

    /// <summary>How many connections it has closed.</summary>
    public int Ended => Volatile.Read(ref _ended);

    public ConcurrentQueue<string> Heads { get; } = [];

    /// <summary>Answers every request with the same bytes, keeping the connection.</summary>
    public static RawBackend Answering(string answer) => Each((peer, _) => peer.Send(answer));

    /// <summary>Answers every request with a small 200 that holds a text.</summary>
    public static RawBackend Saying(string text) => Answering($"HTTP/1.1 200 OK\r\nContent-Length: {text.Length}\r\n\r\n{text}");

    /// <summary>Answers each request of each connection by a function that gets its head.</summary>
    public static RawBackend Each(Func<RawPeer, string, Task> answer)
    {
        RawBackend? backend = null;
        backend = new(async peer =>
        {
            while (await peer.ReadHead() is { } head)
            {
                backend!.Heads.Enqueue(head);
                await answer(peer, head);
            }
        });
        return backend;
    }

    public ValueTask DisposeAsync()
    {
        _listener.Stop();
        foreach (var peer in _peers)
            peer.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task AcceptAll()
    {
        try
        {
            while (true)
            {
                var peer = new RawPeer(await _listener.AcceptSocketAsync());
                Interlocked.Increment(ref _connections);
                _peers.Add(peer);
                _ = Serve(peer);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task Serve(RawPeer peer)
    {
        try
        {
            await _serve(peer);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or IOException)
        {
            // The gateway or the test ended the connection.
        }
        peer.Dispose();
        Interlocked.Increment(ref _ended);
    }
}

/// <summary>One end of a connection, spoken on in text.</summary>
internal sealed class RawPeer(Socket socket) : IDisposable
{
    private readonly byte[] _buffer = new byte[64 * 1024];
    private string _unread = "";

    public Socket Socket => socket;

    public static async Task<RawPeer> Connect(int port)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(IPAddress.Loopback, port);
        return new(socket);
    }

    public async Task Send(string text)
    {
        var bytes = Encoding.Latin1.GetBytes(text);
        for (var sent = 0; sent < bytes.Length;)
            sent += await socket.SendAsync(bytes.AsMemory(sent));
    }

    /// <summary>The next head with its empty line; null when the other side ended.</summary>
    public async Task<string?> ReadHead()
    {
        int end;
        while ((end = _unread.IndexOf("\r\n\r\n", StringComparison.Ordinal)) < 0)
        {
            if (!await Receive())
                return null;
        }
        return Take(end + 4);
    }

    /// <summary>So many characters; fewer when the other side ended.</summary>
    public async Task<string> Read(int count)
    {
        while (_unread.Length < count && await Receive())
        {
        }
        return Take(Math.Min(count, _unread.Length));
    }

    /// <summary>Everything up to the end of the other side; a reset throws.</summary>
    public async Task<string> ReadToEnd()
    {
        while (await Receive())
        {
        }
        return Take(_unread.Length);
    }

    /// <summary>Sends a request and reads its answer: head and a body of known length.</summary>
    public async Task<string> Ask(string request)
    {
        await Send(request);
        return await ReadAnswer();
    }

    public async Task<string> ReadAnswer()
    {
        var head = await ReadHead() ?? "";
        const string Field = "Content-Length: ";
        var at = head.IndexOf(Field, StringComparison.OrdinalIgnoreCase);
        if (at < 0)
            return head;
        var line = head[(at + Field.Length)..];
        return head + await Read(int.Parse(line[..line.IndexOf('\r', StringComparison.Ordinal)]));
    }

    public void Reset()
    {
        socket.LingerState = new(true, 0);
        socket.Dispose();
    }

    public void Dispose() => socket.Dispose();

    private async Task<bool> Receive()
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        var count = await socket.ReceiveAsync(_buffer.AsMemory(), deadline.Token);
        _unread += Encoding.Latin1.GetString(_buffer, 0, count);
        return count > 0;
    }

    private string Take(int count)
    {
        var taken = _unread[..count];
        _unread = _unread[count..];
        return taken;
    }
}

using System.Net;
using System.Net.Sockets;
using System.Text;
using Slipway.Core.Manifests;
using Slipway.Targets.Processes.Instances;

namespace Slipway.Targets.Processes.Health;

/// <summary>
/// Asks an instance by HTTP or TCP. A connection for each question, closed after it, so that a probe also finds a server
/// that no longer accepts; only the status line is read.
/// </summary>
internal static class ProbeClient
{
    private const int StatusLineBytesMax = 1024;

    private static readonly HttpClient s_http2 = InstanceHttp.NewClient();

    /// <summary>GET of a path; 200 to 399 passes.</summary>
    public static Task<ProbeAnswer> Get(int port, string path, ServiceProtocol protocol, TimeSpan timeout, CancellationToken cancellation)
        => Within(timeout, $"GET {path}", token => protocol == ServiceProtocol.Http2 ? GetHttp2(port, path, token) : Get(port, path, token), cancellation);

    /// <summary>A connection.</summary>
    public static Task<ProbeAnswer> Connect(int port, TimeSpan timeout, CancellationToken cancellation)
        => Within(timeout, $"connecting to port {port}", token => Connect(port, token), cancellation);

    private static async Task<ProbeAnswer> Within(
        TimeSpan timeout, string what, Func<CancellationToken, Task<ProbeAnswer>> ask, CancellationToken cancellation)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        deadline.CancelAfter(timeout);
        try
        {
            return await ask(deadline.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return new(false, $"{what} was not answered within {timeout.TotalSeconds:0.###} s");
        }
        catch (Exception e) when (e is SocketException or HttpRequestException)
        {
            var cause = e.InnerException ?? e;
            return cause is SocketException { SocketErrorCode: SocketError.ConnectionRefused }
                ? new(false, $"{what} failed: nothing listens there", Refused: true)
                : new(false, $"{what} failed: {cause.Message}");
        }
    }

    private static async Task<ProbeAnswer> GetHttp2(int port, string path, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"http://127.0.0.1:{port}{path}").In(ServiceProtocol.Http2);
        request.Headers.UserAgent.ParseAdd("slipway-probe");
        using var response = await s_http2.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
        return Judge(path, (int)response.StatusCode);
    }

    private static async Task<ProbeAnswer> Connect(int port, CancellationToken cancellation)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, port), cancellation);
        return new(true, $"port {port} accepts connections");
    }

    private static async Task<ProbeAnswer> Get(int port, string path, CancellationToken cancellation)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, port), cancellation);
        var request = $"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUser-Agent: slipway-probe\r\nAccept: */*\r\nConnection: close\r\n\r\n";
        await socket.SendAsync(Encoding.ASCII.GetBytes(request), cancellation);
        var buffer = new byte[4096];
        var length = 0;
        while (length < StatusLineBytesMax && !buffer.AsSpan(0, length).Contains((byte)'\n'))
        {
            var got = await socket.ReceiveAsync(buffer.AsMemory(length), cancellation);
            if (got == 0)
                break;
            length += got;
        }
        var answer = Judge(path, buffer.AsSpan(0, length));
        await Finish(socket, buffer, cancellation);
        return answer;
    }

    /// <summary>Reads a little more, so that the server sees its answer taken and not a reset.</summary>
    private static async Task Finish(Socket socket, byte[] buffer, CancellationToken cancellation)
    {
        for (var reads = 0; reads < 16; reads++)
        {
            if (await socket.ReceiveAsync(buffer, cancellation) == 0)
                return;
        }
    }

    private static ProbeAnswer Judge(string path, ReadOnlySpan<byte> head)
    {
        var end = head.IndexOf((byte)'\n');
        var line = Encoding.Latin1.GetString(end < 0 ? head : head[..end]).TrimEnd();
        var parts = line.Split(' ', 3);
        if (parts.Length < 2 || !parts[0].StartsWith("HTTP/1.", StringComparison.Ordinal) || !int.TryParse(parts[1], out var status))
            return new(false, head.IsEmpty ? $"GET {path}: the connection was closed without an answer" : $"GET {path}: the answer is no HTTP/1.1");
        return Judge(path, status);
    }

    private static ProbeAnswer Judge(string path, int status) => new(status is >= 200 and < 400, $"GET {path} answered {status}");
}

using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Text;
using Slipway.Core.Api;

namespace Slipway.Cli.Connection;

/// <summary>One request to the control plane over its Unix socket, and its answer, whole or as server-sent events.</summary>
internal sealed class ControlPlaneConnection : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly AnswerReader _reader;

    private ControlPlaneConnection() => _reader = new(_socket, 64 * 1024);

    /// <summary>The version in the answer's head; null when it named none.</summary>
    public string? ServerVersion { get; private set; }

    /// <summary>Connects; throws <see cref="SocketException"/> when nobody listens.</summary>
    public static async Task<ControlPlaneConnection> Open(string socketPath, CancellationToken cancel)
    {
        var connection = new ControlPlaneConnection();
        try
        {
            await connection._socket.ConnectAsync(new UnixDomainSocketEndPoint(socketPath), cancel);
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Sends a request and reads the answer's status; <see cref="TornAnswerException"/> when none comes in time.</summary>
    public async Task<int> Send(string method, string path, ReadOnlyMemory<byte> json, TimeSpan answerMax, CancellationToken cancel)
    {
        var head = new StringBuilder(256)
            .Append(method).Append(' ').Append(path).Append(" HTTP/1.1\r\nHost: slipway\r\nConnection: close\r\n")
            .Append(ApiRoutes.VersionHeader).Append(": ").Append(BuildVersion.Text).Append("\r\n")
            .Append(ApiRoutes.ActorHeader).Append(": ").Append(Actor()).Append("\r\n");
        if (!json.IsEmpty || method == "POST")
            head.Append("Content-Type: application/json\r\nContent-Length: ").Append(json.Length).Append("\r\n");
        var bytes = new byte[head.Length + 2 + json.Length];
        var written = Encoding.ASCII.GetBytes(head.Append("\r\n").ToString(), bytes);
        json.CopyTo(bytes.AsMemory(written));
        for (var rest = bytes.AsMemory(); !rest.IsEmpty;)
            rest = rest[await _socket.SendAsync(rest, SocketFlags.None, cancel)..];
        var answer = await Within(answerMax, _reader.ReadHead, cancel);
        ServerVersion = AnswerHead.FindText(_reader.HeadBytes, "slipway-version"u8);
        return answer.Status;
    }

    /// <summary>The whole body.</summary>
    public async Task<byte[]> ReadAll(CancellationToken cancel)
    {
        using var whole = new MemoryStream();
        while (await _reader.ReadBody(cancel) is { IsEmpty: false } piece)
            whole.Write(piece.Span);
        return whole.ToArray();
    }

    /// <summary>The data of each server-sent event (WHATWG HTML, 9.2), as it comes; ends with the body.</summary>
    public async IAsyncEnumerable<byte[]> ReadEvents(TimeSpan silenceMax, [EnumeratorCancellation] CancellationToken cancel)
    {
        var events = new EventLines();
        while (await Within(silenceMax, _reader.ReadBody, cancel) is { IsEmpty: false } piece)
        {
            events.Add(piece.Span);
            while (events.TryTake(out var data))
                yield return data;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _socket.Dispose();

    private static async ValueTask<T> Within<T>(TimeSpan max, Func<CancellationToken, ValueTask<T>> read, CancellationToken cancel)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        deadline.CancelAfter(max);
        try
        {
            return await read(deadline.Token);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw new TornAnswerException($"Nothing came for {max.TotalSeconds:0.#} s.", started: false);
        }
    }

    private static string Actor()
    {
        var name = System.Environment.UserName;
        foreach (var c in name)
        {
            if (c is < ' ' or > '~')
                return "unknown";
        }
        return name.Length == 0 ? "unknown" : name;
    }
}

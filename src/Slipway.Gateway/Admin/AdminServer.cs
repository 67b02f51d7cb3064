using System.Net.Sockets;
using Slipway.Gateway.Engines;
using Slipway.Gateway.Hosting;
using Slipway.Gateway.Http;
using Slipway.Gateway.Wires;

namespace Slipway.Gateway.Admin;

/// <summary>
/// A small HTTP/1.1 server with blocking sockets and a thread for each connection: whatever it does, the threads that carry
/// traffic never wait for it.
/// </summary>
internal sealed class AdminServer(Socket listener, string name, AdminHandler handler, GatewayLog log)
{
    private const int BodyBytesMax = 16 * 1024 * 1024;
    private const int ConnectionsMax = 64;
    private const int ReceiveMilliseconds = 120_000;
    private const int SendMilliseconds = 10_000;
    private const int FailureMilliseconds = 50;

    private readonly HashSet<Socket> _open = [];
    private int _connections;
    private readonly ManualResetEventSlim _stopped = new();

    /// <summary>Starts to take connections.</summary>
    public void Start() => new Thread(Accept) { IsBackground = true, Name = name }.Start();

    /// <summary>Takes no more connections.</summary>
    public void Stop()
    {
        _stopped.Set();
        listener.Dispose();
    }

    /// <summary>Ends the connections that wait for a request, so that their clients come to whoever answers now.</summary>
    public void EndAtRest()
    {
        lock (_open)
        {
            foreach (var socket in _open)
                socket.Shutdown(SocketShutdown.Receive);
        }
    }

    private void Accept()
    {
        while (!_stopped.IsSet)
        {
            try
            {
                var socket = listener.Accept();
                if (Interlocked.Increment(ref _connections) > ConnectionsMax)
                {
                    Interlocked.Decrement(ref _connections);
                    socket.Dispose();
                    continue;
                }
                new Thread(() => Serve(socket), maxStackSize: 512 * 1024) { IsBackground = true, Name = name }.Start();
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                if (_stopped.Wait(FailureMilliseconds))
                    return;
                log.Warn("an admin connection could not be taken", ("fault", e.Message));
            }
        }
    }

    private void Serve(Socket socket)
    {
        var buffer = new ReadBuffer();
        try
        {
            lock (_open)
                _open.Add(socket);
            socket.ReceiveTimeout = ReceiveMilliseconds;
            socket.SendTimeout = SendMilliseconds;
            var request = new RequestHead();
            while (ServeOne(socket, buffer, request))
            {
            }
        }
        catch (SocketException)
        {
            // The other side went away or fell silent.
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            log.Error("an admin request failed", ("fault", e.ToString()));
        }
        finally
        {
            buffer.Release();
            lock (_open)
                _open.Remove(socket);
            socket.Dispose();
            Interlocked.Decrement(ref _connections);
        }
    }

    private bool ServeOne(Socket socket, ReadBuffer buffer, RequestHead request)
    {
        var seen = 0;
        int length;
        while ((length = buffer.Length == 0 ? 0 : HeadScanner.Find(buffer.Unread, ref seen)) == 0)
        {
            if (buffer.Length > HttpLimits.HeadBytesMax || !Receive(socket, buffer))
                return false;
        }
        var fault = length < 0 ? HeadFault.ControlCharacter : request.Parse(buffer.UnreadInPlace[..length]);
        if (fault != HeadFault.None)
        {
            Send(socket, AdminAnswer.Text(400, fault.ToString()), keepsAlive: false, answersHead: false);
            return false;
        }
        var head = buffer.Unread[..length].ToArray();
        buffer.Consume(length);
        if (request.Fields.Expect >= 0 && request.HasBody)
            socket.Send("HTTP/1.1 100 Continue\r\n\r\n"u8);
        if (ReadBody(socket, buffer, request) is not { } body)
        {
            Send(socket, AdminAnswer.Text(413, "The body is longer than 16 MiB, or not properly framed."), keepsAlive: false, answersHead: false);
            return false;
        }
        var answer = handler(new(
            System.Text.Encoding.ASCII.GetString(request.Method(head)), System.Text.Encoding.ASCII.GetString(request.Path(head)),
            System.Text.Encoding.ASCII.GetString(request.Fields.ValueOf(head, "accept"u8)), body));
        try
        {
            Send(socket, answer, request.KeepsAlive, request.IsHead);
        }
        finally
        {
            answer.After?.Invoke();
        }
        return request.KeepsAlive;
    }

    private static bool Receive(Socket socket, ReadBuffer buffer)
    {
        var count = socket.Receive(buffer.Space().Span);
        buffer.Filled(count);
        return count > 0;
    }

    private static byte[]? ReadBody(Socket socket, ReadBuffer buffer, RequestHead request)
    {
        if (!request.HasBody)
            return [];
        if (request.Fields.ContentLength > BodyBytesMax)
            return null;
        var decoder = new BodyDecoder();
        decoder.Begin(request.Fields.IsChunked ? BodyFraming.Chunked : BodyFraming.Length, request.Fields.ContentLength);
        using var body = new MemoryStream();
        var piece = new byte[16 * 1024];
        while (!decoder.IsDone)
        {
            if (buffer.Length == 0 && !Receive(socket, buffer))
                return null;
            body.Write(piece, 0, decoder.Copy(buffer.Unread, piece, out var consumed));
            buffer.Consume(consumed);
            if (decoder.IsBroken || body.Length > BodyBytesMax)
                return null;
        }
        return body.ToArray();
    }

    private static void Send(Socket socket, AdminAnswer answer, bool keepsAlive, bool answersHead)
    {
        var head = System.Text.Encoding.ASCII.GetBytes(
            $"HTTP/1.1 {answer.Status} {AdminAnswer.Title(answer.Status)}\r\nContent-Type: {answer.ContentType}\r\n"
            + $"Content-Length: {answer.Body.Length}\r\n{(keepsAlive ? "" : "Connection: close\r\n")}\r\n");
        byte[] whole = answersHead ? head : [.. head, .. answer.Body];
        var sent = answer.Descriptors.Length == 0 ? 0 : Linux.SendWithDescriptors((int)socket.Handle, whole, answer.Descriptors);
        if (sent < 0)
            throw new SocketException(Linux.LastError);
        while (sent < whole.Length)
            sent += socket.Send(whole.AsSpan(sent));
    }
}

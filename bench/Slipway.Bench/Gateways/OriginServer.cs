using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Slipway.Gateway.Engines;

namespace Slipway.Bench.Gateways;

/// <summary>
/// The server behind the proxies, in a process of its own: one thread, one epoll, three fixed answers, nothing allocated for a
/// request. An nginx in its place takes half of the clients' core, so that the fastest proxies wait for it instead of being measured.
/// </summary>
internal static class OriginServer
{
    /// <summary>The name of the bench's own subcommand; its arguments are the ports.</summary>
    public const string Name = "origin";

    private const int EventsMax = 256;
    private const int Backlog = 4096;
    private const int RequestBytesMax = 16 * 1024;

    private static readonly byte[] s_small = Answer(new string('x', 1024));
    private static readonly byte[] s_large = Answer(new string('x', 64 * 1024));
    private static readonly byte[] s_uploaded = Answer("ok");

    /// <summary>The process: serves until it is killed.</summary>
    public static unsafe int Run(string[] ports)
    {
        var epoll = Linux.CreateEpoll(Linux.CloseOnExec);
        var listeners = Array.ConvertAll(ports, port => Listen(int.Parse(port, CultureInfo.InvariantCulture)));
        foreach (var listener in listeners)
            Register(epoll, (int)listener.Handle, Linux.In);
        var connections = new Connection?[1024];
        var events = stackalloc byte[EventsMax * Linux.EventBytes];
        while (true)
        {
            var count = Linux.WaitEpoll(epoll, events, EventsMax, -1);
            for (var i = 0; i < count; i++)
            {
                var descriptor = (int)*(ulong*)(events + i * Linux.EventBytes + Linux.EventDataAt);
                if (Array.Exists(listeners, listener => listener.Handle == descriptor))
                    Accept(epoll, descriptor, ref connections);
                else if (!connections[descriptor]!.Serve())
                    _ = Linux.Close(descriptor);
            }
        }
    }

    private static Socket Listen(int port)
    {
        var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { Blocking = false, NoDelay = true };
        listener.Bind(new IPEndPoint(IPAddress.Loopback, port));
        listener.Listen(Backlog);
        return listener;
    }

    // Clients inherit from the listener that they do not wait with what is sent.
    private static unsafe void Accept(int epoll, int listener, ref Connection?[] connections)
    {
        int descriptor;
        while ((descriptor = Linux.Accept(listener, null, null, Linux.NonBlocking | Linux.CloseOnExec)) >= 0)
        {
            if (descriptor >= connections.Length)
                Array.Resize(ref connections, 2 * descriptor);
            connections[descriptor] = new(descriptor);
            Register(epoll, descriptor, Linux.In | Linux.Out | Linux.PeerHangUp | Linux.EdgeTriggered);
        }
    }

    private static unsafe void Register(int epoll, int descriptor, uint events)
    {
        var change = stackalloc byte[Linux.EventBytes];
        *(uint*)change = events;
        *(ulong*)(change + Linux.EventDataAt) = (ulong)descriptor;
        if (Linux.ControlEpoll(epoll, Linux.ControlAdd, descriptor, change) != 0)
            throw new SocketException(Linux.LastError);
    }

    private static byte[] Answer(string body)
        => Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nServer: origin\r\nContent-Type: text/plain\r\nContent-Length: {body.Length}\r\n\r\n{body}");

    private sealed unsafe class Connection(int descriptor)
    {
        private readonly byte[] _request = GC.AllocateUninitializedArray<byte>(RequestBytesMax, pinned: true);
        private int _received;
        private byte[] _answer = [];
        private int _sent;

        /// <summary>Sends what is left of an answer, takes what has come; false when the other side has gone.</summary>
        public bool Serve()
        {
            if (!Send())
                return false;
            while (_sent == _answer.Length)
            {
                var room = _request.Length - _received;
                int count;
                fixed (byte* at = _request)
                    count = (int)Linux.Receive(descriptor, at + _received, room);
                if (count <= 0)
                    return count == -Linux.ErrorAgain;
                _received += count;
                if (AnswerOf(_request.AsSpan(0, _received)) is { } answer)
                {
                    (_answer, _sent, _received) = (answer, 0, 0);
                    if (!Send())
                        return false;
                }
                // Less than there was room for: the next bytes come with an event of their own (epoll(7)).
                if (count < room)
                    return true;
            }
            return true;
        }

        private bool Send()
        {
            while (_sent < _answer.Length)
            {
                int count;
                fixed (byte* at = _answer)
                    count = (int)Linux.Send(descriptor, at + _sent, _answer.Length - _sent);
                if (count < 0)
                    return count == -Linux.ErrorAgain;
                _sent += count;
            }
            return true;
        }

        /// <summary>The answer to a request that is whole; null while it is not. Nobody here sends a second one before the answer.</summary>
        private static byte[]? AnswerOf(ReadOnlySpan<byte> request)
        {
            var head = request.IndexOf("\r\n\r\n"u8) + 4;
            if (head < 4)
                return null;
            if (request[0] == (byte)'P')
                return request.Length - head >= LengthOf(request[..head]) ? s_uploaded : null;
            return request.StartsWith("GET /large "u8) ? s_large : s_small;
        }

        private static int LengthOf(ReadOnlySpan<byte> head)
        {
            foreach (var field in head.Split("\r\n"u8))
            {
                if (head[field] is var line && Ascii.EqualsIgnoreCase(line[..Math.Min(15, line.Length)], "content-length:"u8))
                    return int.Parse(line[15..].Trim((byte)' '), CultureInfo.InvariantCulture);
            }
            throw new InvalidOperationException($"An upload without a length: {Encoding.ASCII.GetString(head)}");
        }
    }
}

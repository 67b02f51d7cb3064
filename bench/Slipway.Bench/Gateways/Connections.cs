using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Slipway.Gateway.Engines;

namespace Slipway.Bench.Gateways;

/// <summary>A client's connections to one port, on one epoll: each asks for 1 KiB and reads the answer, without allocation.</summary>
internal sealed unsafe partial class Connections
{
    private const int EventsMax = 256;

    private static readonly byte[] s_request = [.. "GET / HTTP/1.1\r\nHost: bench\r\n\r\n"u8];

    private readonly int _port;
    private readonly int _epoll = Linux.CreateEpoll(Linux.CloseOnExec);
    private readonly byte[] _events = GC.AllocateArray<byte>(EventsMax * Linux.EventBytes, pinned: true);
    private readonly Socket[] _sockets;
    private readonly byte[][] _buffers;
    private readonly int[] _received;

    public Connections(int port, int count)
    {
        _port = port;
        _sockets = new Socket[count];
        _buffers = new byte[count][];
        _received = new int[count];
        for (var i = 0; i < count; i++)
        {
            _buffers[i] = GC.AllocateArray<byte>(4096, pinned: true);
            _sockets[i] = Open(i);
        }
    }

    public int Count => _sockets.Length;

    /// <summary>Sends a request on a connection that waits for no answer.</summary>
    public void Ask(int connection)
    {
        _received[connection] = 0;
        fixed (byte* at = s_request)
        {
            if (Linux.Send((int)_sockets[connection].Handle, at, s_request.Length) != s_request.Length)
                throw new InvalidOperationException("A request could not be sent.");
        }
    }

    /// <summary>Waits for answers; gives how many connections have news.</summary>
    /// <param name="nanoseconds">How long at most, below a second; epoll_wait(2) counts in milliseconds, which is longer than most of what is measured here.</param>
    public int Wait(long nanoseconds)
    {
        var time = stackalloc nint[] { 0, (nint)nanoseconds };
        fixed (byte* events = _events)
            return Math.Max(0, WaitEpoll(_epoll, events, EventsMax, time, null));
    }

    /// <summary>Receives on a connection with news.</summary>
    public Received Receive(int news, out int connection)
    {
        connection = (int)BitConverter.ToUInt64(_events, news * Linux.EventBytes + Linux.EventDataAt);
        var buffer = _buffers[connection];
        ref var received = ref _received[connection];
        fixed (byte* at = buffer)
        {
            var count = (int)Linux.Receive((int)_sockets[connection].Handle, at + received, buffer.Length - received);
            if (count <= 0)
                return Received.Failure;
            received += count;
        }
        return Look(buffer.AsSpan(0, received));
    }

    /// <summary>Opens one that has failed anew.</summary>
    public void Reopen(int connection)
    {
        _sockets[connection].Dispose();
        _sockets[connection] = Open(connection);
    }

    private Socket Open(int number)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        socket.Connect(IPAddress.Loopback, _port);
        socket.Blocking = false;
        var change = stackalloc byte[Linux.EventBytes];
        *(uint*)change = Linux.In;
        *(ulong*)(change + Linux.EventDataAt) = (ulong)number;
        return Linux.ControlEpoll(_epoll, Linux.ControlAdd, (int)socket.Handle, change) == 0 ? socket : throw new SocketException(Linux.LastError);
    }

    private static Received Look(ReadOnlySpan<byte> answer)
    {
        var end = answer.IndexOf("\r\n\r\n"u8);
        if (end < 0)
            return Received.Part;
        var head = answer[..end];
        if (!head.StartsWith("HTTP/1.1 200"u8))
            return Received.Failure;
        var at = head.IndexOf("ontent-Length: "u8);
        at = at < 0 ? head.IndexOf("ontent-length: "u8) : at;
        if (at < 0)
            return Received.Failure;
        var length = 0;
        for (var i = at + 15; i < head.Length && head[i] is >= (byte)'0' and <= (byte)'9'; i++)
            length = length * 10 + head[i] - '0';
        return answer.Length >= end + 4 + length ? Received.Answer : Received.Part;
    }

    [LibraryImport("libc", EntryPoint = "epoll_pwait2")]
    private static partial int WaitEpoll(int epoll, byte* events, int eventsMax, nint* time, void* signals);
}

using System.Text;
using Slipway.Gateway.Http2;

namespace Slipway.Gateway.Tests;

/// <summary>One frame as it came.</summary>
internal sealed record Frame(FrameKind Kind, byte Flags, int Stream, byte[] Payload);

/// <summary>One end of a connection, spoken on in frames of HTTP/2.</summary>
internal sealed class FramePeer : IDisposable
{
    private readonly RawPeer _peer;

    private FramePeer(RawPeer peer) => _peer = peer;

    public static async Task<FramePeer> Connect(int port)
    {
        var peer = new FramePeer(await RawPeer.Connect(port));
        await peer._peer.Send(Encoding.ASCII.GetString(Http2Connection.Preface));
        await peer.Send(FrameKind.Settings, 0, 0, []);
        return peer;
    }

    /// <summary>The side of a server: reads what who connects says first, and answers with its own.</summary>
    public static async Task<FramePeer> Accept(RawPeer raw)
    {
        var peer = new FramePeer(raw);
        Assert.Equal(Encoding.ASCII.GetString(FrameConnection.Preface), await raw.Read(FrameConnection.Preface.Length));
        await peer.Send(FrameKind.Settings, 0, 0, []);
        return peer;
    }

    /// <summary>Ends the connection.</summary>
    public void Reset() => _peer.Reset();

    public async Task Send(FrameKind kind, byte flags, int stream, byte[] payload)
    {
        var frame = new byte[FrameHead.Bytes + payload.Length];
        new FrameHead(payload.Length, kind, flags, stream).Write(frame);
        payload.CopyTo(frame, FrameHead.Bytes);
        try
        {
            await _peer.Socket.SendAsync(frame);
        }
        catch (System.Net.Sockets.SocketException)
        {
            // Whoever is sent away may be in the middle of a word; what it was told is still to be read.
        }
    }

    public async Task<Frame> Until(Func<Frame, bool> isIt)
    {
        while (true)
        {
            var bytes = Encoding.Latin1.GetBytes(await _peer.Read(FrameHead.Bytes));
            if (bytes.Length < FrameHead.Bytes)
                throw new IOException("The other side has ended.");
            var head = FrameHead.Read(bytes);
            var frame = new Frame(head.Kind, head.Flags, head.Stream, Encoding.Latin1.GetBytes(await _peer.Read(head.Length)));
            if (isIt(frame) && !(frame.Kind == FrameKind.Ping && (frame.Flags & 1) == 0))
                return frame;
        }
    }

    public async Task Ended()
    {
        try
        {
            await _peer.ReadToEnd();
        }
        catch (System.Net.Sockets.SocketException)
        {
            // Reset, since we had sent more than it read.
        }
    }

    public static byte[] Encode(string fields)
    {
        var bytes = new List<byte>();
        foreach (var field in fields.Split('|'))
        {
            var space = field.IndexOf(' ');
            bytes.AddRange([0, .. Text(field[..space]), .. Text(field[(space + 1)..])]);
        }
        return [.. bytes];
    }

    public static byte[] Keep(string name, string value) => [0x40, .. Text(name), .. Text(value)];

    public static string Decode(byte[] list)
    {
        var taker = new Taker();
        Assert.True(new HpackDecoder().TryDecode(list, taker));
        return string.Join('|', taker.Fields);
    }

    public void Dispose() => _peer.Dispose();

    private static byte[] Text(string text)
    {
        var number = new ByteQueue();
        if (text.Length < 127)
            return [(byte)text.Length, .. Encoding.Latin1.GetBytes(text)];
        var rest = text.Length - 127;
        number.Append([127]);
        for (; rest >= 128; rest >>= 7)
            number.Append([(byte)(rest & 127 | 128)]);
        number.Append([(byte)rest]);
        return [.. number.Unread, .. Encoding.Latin1.GetBytes(text)];
    }

    private sealed class Taker : IFieldTaker
    {
        public List<string> Fields { get; } = [];

        public void Take(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value) => Fields.Add($"{Encoding.ASCII.GetString(name)} {Encoding.ASCII.GetString(value)}");
    }
}

using System.Buffers.Binary;
using System.Net;
using System.Text;

namespace Slipway.Gateway.Forwarding;

/// <summary>How far a PROXY header has been read.</summary>
internal enum ProxyHeaderState
{
    /// <summary>More must come.</summary>
    Partial,

    /// <summary>It is whole.</summary>
    Whole,

    /// <summary>It is none.</summary>
    Broken,
}

/// <summary>
/// Reads the header with which a load balancer says who its client is: the PROXY protocol, versions 1 and 2
/// (haproxy.org/download/2.6/doc/proxy-protocol.txt). Nothing is read beyond it.
/// </summary>
internal static class ProxyHeader
{
    private const int TextBytesMax = 107;
    private const int BinaryHeadBytes = 16;
    private const int BinaryBytesMax = 4096;

    private static ReadOnlySpan<byte> Signature => "\r\n\r\n\0\r\nQUIT\n"u8;

    /// <summary>Reads one from the front of what has come.</summary>
    /// <param name="bytes">What has come.</param>
    /// <param name="length">How long it is, when whole.</param>
    /// <param name="source">The client; null when it speaks for itself (UNKNOWN, LOCAL) or is of another family.</param>
    public static ProxyHeaderState Read(ReadOnlySpan<byte> bytes, out int length, out IPEndPoint? source)
    {
        (length, source) = (0, null);
        if (bytes.IsEmpty)
            return ProxyHeaderState.Partial;
        return bytes[0] == 'P' ? ReadText(bytes, out length, out source) : ReadBinary(bytes, out length, out source);
    }

    private static ProxyHeaderState ReadText(ReadOnlySpan<byte> bytes, out int length, out IPEndPoint? source)
    {
        (length, source) = (0, null);
        var end = bytes.IndexOf("\r\n"u8);
        if (end < 0)
            return bytes.Length < TextBytesMax && bytes.StartsWith("PROXY "u8[..Math.Min(6, bytes.Length)]) ? ProxyHeaderState.Partial : ProxyHeaderState.Broken;
        if (end > TextBytesMax - 2 || !bytes.StartsWith("PROXY "u8))
            return ProxyHeaderState.Broken;
        length = end + 2;
        var words = Encoding.ASCII.GetString(bytes[6..end]).Split(' ');
        if (words[0] == "UNKNOWN")
            return ProxyHeaderState.Whole;
        if (words is not ["TCP4" or "TCP6", _, _, _, _] || !IPAddress.TryParse(words[1], out var address) || !ushort.TryParse(words[3], out var port)
            || !IPAddress.TryParse(words[2], out _) || !ushort.TryParse(words[4], out _))
            return ProxyHeaderState.Broken;
        source = new(address, port);
        return ProxyHeaderState.Whole;
    }

    private static ProxyHeaderState ReadBinary(ReadOnlySpan<byte> bytes, out int length, out IPEndPoint? source)
    {
        (length, source) = (0, null);
        var seen = Math.Min(bytes.Length, Signature.Length);
        if (!bytes.StartsWith(Signature[..seen]))
            return ProxyHeaderState.Broken;
        if (bytes.Length < BinaryHeadBytes)
            return ProxyHeaderState.Partial;
        var command = bytes[12];
        var body = BinaryPrimitives.ReadUInt16BigEndian(bytes[14..]);
        if (command is not (0x20 or 0x21) || body > BinaryBytesMax)
            return ProxyHeaderState.Broken;
        if (bytes.Length < BinaryHeadBytes + body)
            return ProxyHeaderState.Partial;
        length = BinaryHeadBytes + body;
        if (command == 0x20)
            return ProxyHeaderState.Whole;
        var addresses = bytes.Slice(BinaryHeadBytes, body);
        switch (bytes[13])
        {
            case 0x11 when body >= 12:
                source = new(new IPAddress(addresses[..4]), BinaryPrimitives.ReadUInt16BigEndian(addresses[8..]));
                return ProxyHeaderState.Whole;
            case 0x21 when body >= 36:
                source = new(new IPAddress(addresses[..16]), BinaryPrimitives.ReadUInt16BigEndian(addresses[32..]));
                return ProxyHeaderState.Whole;
            case 0x11 or 0x21:
                return ProxyHeaderState.Broken;
            default:
                return ProxyHeaderState.Whole;
        }
    }
}

using System.Buffers.Binary;
using System.Net;

namespace Slipway.Gateway.Engines;

/// <summary>The kernel's form of an address (struct sockaddr_in, sockaddr_in6).</summary>
internal static class SocketAddresses
{
    private const int FamilyInternet = 2;
    private const int FamilyInternet6 = 10;

    /// <summary>The address family, as the kernel numbers it.</summary>
    public static int FamilyOf(SocketAddress address) => BitConverter.ToUInt16(address.Buffer.Span);

    /// <summary>Reads one; null when it is of no family that is known here. An IPv4 address inside IPv6 is given as IPv4.</summary>
    public static IPEndPoint? Read(ReadOnlySpan<byte> address)
    {
        if (address.Length < 8)
            return null;
        var port = BinaryPrimitives.ReadUInt16BigEndian(address[2..]);
        switch (BitConverter.ToUInt16(address))
        {
            case FamilyInternet:
                return new(new IPAddress(address.Slice(4, 4)), port);
            case FamilyInternet6 when address.Length >= 24:
                var ip = new IPAddress(address.Slice(8, 16));
                return new(ip.IsIPv4MappedToIPv6 ? ip.MapToIPv4() : ip, port);
            default:
                return null;
        }
    }
}

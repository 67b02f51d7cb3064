using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Slipway.Gateway.Guarding;

/// <summary>
/// Whose a request is, as a number: keyed by secrets of this process, so that nobody can choose addresses or values that share
/// another's. Never 0.
/// </summary>
internal static class ClientKey
{
    private const int NetworkBytes = 8;
    private const int SharedHashBytes = 16;

    private static readonly ulong s_first = (ulong)Random.Shared.NextInt64() | 1;
    private static readonly ulong s_second = (ulong)Random.Shared.NextInt64() | 1;

    /// <summary>Of an address; an IPv6 client owns a /64 network and counts as that.</summary>
    public static ulong Of(IPAddress? address)
    {
        if (address is null)
            return Of("unknown"u8);
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out var count);
        return Of(bytes[..(address.AddressFamily == AddressFamily.InterNetworkV6 ? NetworkBytes : count)]);
    }

    /// <summary>Of a value, such as an API key's.</summary>
    public static ulong Of(ReadOnlySpan<byte> value)
    {
        var key = Mix(s_first ^ (ulong)value.Length, s_second);
        while (value.Length >= sizeof(ulong))
        {
            key = Mix(key ^ MemoryMarshal.Read<ulong>(value), s_second);
            value = value[sizeof(ulong)..];
        }
        ulong rest = 0;
        foreach (var c in value)
            rest = rest << 8 | c;
        key = Mix(Mix(key ^ rest, s_first) ^ s_second, s_first);
        return key == 0 ? 1 : key;
    }

    /// <summary>The same for those who share counts with other processes: an address, for IPv6 its network, or the hash of a value.</summary>
    public static string Shared(IPAddress? address)
    {
        if (address is not { AddressFamily: AddressFamily.InterNetworkV6 })
            return address?.ToString() ?? "unknown";
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out _);
        return Convert.ToHexStringLower(bytes[..NetworkBytes]);
    }

    /// <inheritdoc cref="Shared(IPAddress)"/>
    public static string Shared(ReadOnlySpan<byte> value) => Convert.ToHexStringLower(SHA256.HashData(value).AsSpan(0, SharedHashBytes));

    // Both halves of the product folded: every bit of the one reaches every bit of the result.
    private static ulong Mix(ulong one, ulong other) => Math.BigMul(one, other, out var low) ^ low;
}

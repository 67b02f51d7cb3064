using System.Diagnostics.CodeAnalysis;
using System.Net;

namespace Slipway.Gateway.Forwarding;

/// <summary>A list of networks in CIDR notation. An IPv4 address inside IPv6 counts as IPv4.</summary>
internal sealed class Networks(IPNetwork[] networks)
{
    /// <summary>The empty list.</summary>
    public static readonly Networks None = new([]);

    /// <summary>Whether there is none.</summary>
    public bool IsEmpty => networks.Length == 0;

    /// <summary>Whether an address is in one of them.</summary>
    public bool Contains(IPAddress? address)
    {
        if (address is null || networks.Length == 0)
            return false;
        if (address.IsIPv4MappedToIPv6)
            address = address.MapToIPv4();
        foreach (var network in networks)
        {
            if (network.Contains(address))
                return true;
        }
        return false;
    }

    /// <summary>Reads a list parted by commas; an address alone is a network of its own. False when one is none.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out Networks? list)
    {
        var networks = new List<IPNetwork>();
        foreach (var part in text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (IPNetwork.TryParse(part, out var network))
                networks.Add(network);
            else if (IPAddress.TryParse(part, out var address))
                networks.Add(new(address, address.GetAddressBytes().Length * 8));
            else
                return (list = null) is not null;
        }
        list = new([.. networks]);
        return true;
    }
}

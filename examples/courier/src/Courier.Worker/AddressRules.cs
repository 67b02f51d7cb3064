using System.Net;
using System.Net.Sockets;

namespace Courier.Worker;

/// <summary>Which addresses a stranger's webhook must not reach through us: those behind our own walls.</summary>
internal static class AddressRules
{
    private static readonly IPNetwork[] _private =
    [
        .. new[]
        {
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
            "192.168.0.0/16", "198.18.0.0/15", "224.0.0.0/3", "::/127", "64:ff9b::/96", "fc00::/7", "fe80::/10", "ff00::/8",
        }.Select(IPNetwork.Parse),
    ];

    /// <summary>Whether it is of this machine, a private network, a carrier's, a group, or reserved.</summary>
    public static bool IsPrivate(IPAddress address)
    {
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return Array.Exists(_private, network => network.BaseAddress.AddressFamily == plain.AddressFamily && network.Contains(plain))
            || plain.AddressFamily is not (AddressFamily.InterNetwork or AddressFamily.InterNetworkV6);
    }
}

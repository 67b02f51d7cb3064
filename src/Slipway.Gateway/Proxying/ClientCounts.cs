using System.Net;
using Slipway.Gateway.Guarding;

namespace Slipway.Gateway.Proxying;

/// <summary>Bounds how many connections one client has, so that none can have all: by address, for IPv6 by its /64 network. Any thread may ask.</summary>
internal sealed class ClientCounts(int max)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<ulong, int> _counts = [];

    /// <summary>Counts a connection in; false when its client has as many as it may.</summary>
    /// <param name="address">The client's.</param>
    /// <param name="client">Whose it is, for <see cref="Leave"/>.</param>
    public bool TryEnter(IPAddress? address, out ulong client)
    {
        client = ClientKey.Of(address);
        lock (_lock)
        {
            var count = _counts.GetValueOrDefault(client);
            if (count >= max)
                return false;
            _counts[client] = count + 1;
            return true;
        }
    }

    /// <summary>Counts a connection out.</summary>
    public void Leave(ulong client)
    {
        lock (_lock)
        {
            if (--_counts[client] == 0)
                _counts.Remove(client);
        }
    }
}

using System.Net;
using System.Text;
using Slipway.Gateway.Forwarding;

namespace Slipway.Gateway.Proxying;

/// <summary>What comes before the first request on a connection: a listed proxy's word on who its client is, and TLS.</summary>
internal static class ClientGreeting
{
    /// <summary>Greets a client; false when its connection must end.</summary>
    public static async ValueTask<bool> RunAsync(DataPlane plane, ClientConnection client)
    {
        var due = Deadlines.After(plane.Deadlines.Header);
        if (plane.UsesProxyHeaders && client.IsTrusted && !await ReadProxyHeaderAsync(plane, client, due))
            return false;
        return !client.IsSecure || await SecureAsync(plane, client, due);
    }

    private static async ValueTask<bool> SecureAsync(DataPlane plane, ClientConnection client, long due)
    {
        var before = client.Buffer.Unread.ToArray();
        client.Buffer.Release();
        if (await client.Secure().HandshakeAsync(plane.Certificates!, before, due) is not { } fault)
            return true;
        plane.Book.CountHandshakeFailed();
        plane.LogHandshakeFailed(Encoding.ASCII.GetString(client.Address), fault);
        return false;
    }

    private static async ValueTask<bool> ReadProxyHeaderAsync(DataPlane plane, ClientConnection client, long due)
    {
        while (true)
        {
            switch (ProxyHeader.Read(client.Buffer.Unread, out var length, out var source))
            {
                case ProxyHeaderState.Whole:
                    client.Buffer.Consume(length);
                    return source is null || await TakeSourceAsync(plane, client, source);
                case ProxyHeaderState.Broken:
                    plane.Book.CountRefused();
                    return false;
            }
            var count = await client.Wire.ReceiveAsync(client.Buffer.Space(), due);
            if (count <= 0)
                return false;
            client.Buffer.Filled(count);
        }
    }

    // Connections of whom a proxy speaks for are counted like anybody's.
    private static async ValueTask<bool> TakeSourceAsync(DataPlane plane, ClientConnection client, IPEndPoint source)
    {
        client.SetPeer(source);
        if (client.IsTrusted || client.TryCount())
            return true;
        plane.CountTooMany(client.Peer);
        if (!client.IsSecure)
            await client.AnswerAndCloseAsync(OwnAnswer.TooManyOfClient);
        return false;
    }
}

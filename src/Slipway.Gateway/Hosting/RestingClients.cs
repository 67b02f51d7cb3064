using Slipway.Gateway.Admin;
using Slipway.Gateway.Engines;
using Slipway.Gateway.Proxying;

namespace Slipway.Gateway.Hosting;

/// <summary>
/// Gives the clients that are between two requests to the gateway that takes this one's place, socket by socket. To close such a
/// connection loses the request that its client is sending at that moment; given away, it goes on as if nothing had happened. Only plain
/// HTTP/1.1: what TLS and HTTP/2 have agreed on with the client lives in this process.
/// </summary>
internal sealed class RestingClients(DataPlane plane)
{
    private int _onTheWay;

    /// <summary>Whether any have been parted with that the other gateway does not have yet: until then the process must not end.</summary>
    public bool AreOnTheWay => Volatile.Read(ref _onTheWay) > 0;

    /// <summary>Gives those that rest now, at most as many as go with one answer.</summary>
    public AdminAnswer Give()
    {
        Interlocked.Increment(ref _onTheWay);
        var given = new List<int>();
        // A client is parted with where no request of it can begin meanwhile: on its engine, which never blocks.
        foreach (var clients in plane.Clients().Where(static client => client.CanBeGiven).Take(Linux.DescriptorsMax).GroupBy(static client => client.Engine))
        {
            var parted = new TaskCompletionSource<int[]>(TaskCreationOptions.RunContinuationsAsynchronously);
            clients.Key.Post(() => parted.SetResult([.. clients.Select(static client => client.GiveUp()).Where(static descriptor => descriptor >= 0)]));
            given.AddRange(parted.Task.GetAwaiter().GetResult());
        }
        return new(200, "application/json", "{}"u8.ToArray())
        {
            Descriptors = [.. given],
            After = () =>
            {
                foreach (var descriptor in given)
                    _ = Linux.Close(descriptor);
                Interlocked.Decrement(ref _onTheWay);
            },
        };
    }
}

using System.Net.Sockets;

namespace Slipway.Fixture;

/// <summary>Accepts connections and counts what is under way.</summary>
internal sealed class Server(Faults faults)
{
    private int _underWay;
    private volatile bool _draining;

    /// <summary>Whether it is ending: answers then close their connection.</summary>
    public bool IsDraining => _draining;

    public Faults Faults => faults;

    public async Task RunAsync(Socket listener)
    {
        while (true)
        {
            try
            {
                var socket = await listener.AcceptAsync();
                socket.NoDelay = true;
                _ = ServeAsync(socket);
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    public void Enter() => Interlocked.Increment(ref _underWay);

    public void Leave() => Interlocked.Decrement(ref _underWay);

    /// <summary>Waits until no request is under way, or the time is over.</summary>
    public async Task DrainAsync(TimeSpan limit)
    {
        _draining = true;
        var until = Environment.TickCount64 + (long)limit.TotalMilliseconds;
        while (Volatile.Read(ref _underWay) > 0 && Environment.TickCount64 < until)
            await Task.Delay(5);
    }

    private async Task ServeAsync(Socket socket)
    {
        using (socket)
        {
            try
            {
                await new Connection(this, new NetworkStream(socket)).RunAsync();
            }
            catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException or InvalidDataException)
            {
                // The other side has gone; there is nobody to tell.
            }
        }
    }
}

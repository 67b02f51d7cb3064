using System.Net;
using System.Net.Sockets;

namespace Slipway.Fixture;

/// <summary>Something that all its kind depend on, such as a database: the address that FIXTURE_NEEDS names must take connections.</summary>
internal static class Need
{
    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(1);
    private static readonly IPEndPoint? s_address = IPEndPoint.TryParse(Environment.GetEnvironmentVariable("FIXTURE_NEEDS") ?? "", out var address) ? address : null;

    /// <summary>Whether it is there; always when nothing is needed.</summary>
    public static async Task<bool> IsThereAsync()
    {
        if (s_address is null)
            return true;
        using var late = new CancellationTokenSource(s_timeout);
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(s_address, late.Token);
            return true;
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException)
        {
            return false;
        }
    }
}

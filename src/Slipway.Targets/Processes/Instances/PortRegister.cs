using System.Net;
using System.Net.Sockets;
using Slipway.Files;

namespace Slipway.Targets.Processes.Instances;

/// <summary>
/// Gives loopback ports to instances. Every port given is held by a file in a folder that all control planes of one user
/// share, so that two of them never give the same; a file whose instance has gone holds nothing.
/// </summary>
/// <param name="folder">The shared folder.</param>
/// <param name="first">The lowest port to give; the default lies below every system's range for outgoing connections.</param>
/// <param name="count">How many there are.</param>
internal sealed class PortRegister(string folder, int first = 20000, int count = 10000)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);

    private int _next = Random.Shared.Next(count);

    /// <summary>The folder that all control planes of this user share.</summary>
    public static string SharedFolder
        => Path.Combine(Path.GetTempPath(), $"slipway-{Environment.UserName}", "ports");

    /// <summary>Takes a free port for the owner of a file.</summary>
    /// <param name="owner">A file that exists as long as the port is needed.</param>
    /// <exception cref="IOException">None is free.</exception>
    public async Task<int> Take(string owner)
    {
        using var held = await Lock();
        for (var tried = 0; tried < count; tried++)
        {
            var port = first + (int)((uint)Interlocked.Increment(ref _next) % (uint)count);
            if (TryHold(port, owner))
            {
                if (IsFree(port))
                    return port;
                Release(port, owner);
            }
        }
        throw new IOException($"No port from {first} to {first + count - 1} is free.");
    }

    /// <summary>Gives a port back.</summary>
    public void Release(int port, string owner)
    {
        if (Owner(port) == owner)
            File.Delete(PathOf(port));
    }

    /// <summary>Whether nobody listens on a loopback port.</summary>
    public static bool IsFree(int port)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private bool TryHold(int port, string owner)
    {
        if (Owner(port) is { Length: > 0 } other && File.Exists(other))
            return false;
        File.WriteAllText(PathOf(port), owner);
        return true;
    }

    /// <summary>Holds off the other control planes while a port is being taken.</summary>
    private async Task<LockFile> Lock()
    {
        var path = Path.Combine(PrivateFolder.Create(folder), "lock");
        return await LockFile.TakeAsync(path, s_patience) ?? throw new IOException($"{path} is held by another process for longer than {s_patience.TotalSeconds:0} s. Find out which: fuser {path}");
    }

    private string? Owner(int port)
    {
        try
        {
            return File.ReadAllText(PathOf(port));
        }
        catch (IOException)
        {
            return null;
        }
    }

    private string PathOf(int port) => Path.Combine(folder, port.ToString());
}

using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Slipway.Core.Manifests;
using Slipway.Core.Routing;
using Slipway.Gateway.Engines;

namespace Slipway.Gateway.Hosting;

/// <summary>
/// The gateway whose place this one takes. First it lends its listening sockets, on which both then stand; then it is told to
/// leave: it takes no more clients and no more tables, gives up the home and ends what it carries. Clients that come in between
/// wait in the queues of the sockets, which are never closed.
/// </summary>
internal sealed class Predecessor
{
    private const int AnswerBytesMax = 4 * 1024 * 1024;
    private const int PatienceMilliseconds = 10_000;
    private const int ClientsPeriodMilliseconds = 20;

    private string _path;
    private volatile bool _isGone;
    private readonly ManualResetEventSlim _stopped = new();

    private Predecessor(string path) => _path = path;

    /// <summary>Asks the gateway of a home for its sockets; null when none runs there.</summary>
    /// <param name="home">The folder.</param>
    /// <param name="sockets">Those for plain HTTP and those for TLS.</param>
    /// <exception cref="IOException">It runs but does not give them.</exception>
    public static Predecessor? Find(string home, out (Socket[] Plain, Socket[] Secure) sockets)
    {
        sockets = ([], []);
        var predecessor = new Predecessor(GatewayHome.SocketPath(home));
        if (predecessor.Ask("POST", "/sockets") is not { } answer)
            return null;
        using var counts = JsonDocument.Parse(answer.Body);
        var plain = counts.RootElement.GetProperty("plain").GetInt32();
        if (answer.Descriptors.Length < plain || plain == 0)
            throw new IOException("The gateway that runs in the home gives no sockets. Stop it, then start this one without --upgrade.");
        var all = Array.ConvertAll(answer.Descriptors, static descriptor => new Socket(new SafeSocketHandle(descriptor, ownsHandle: true)));
        sockets = (all[..plain], all[plain..]);
        return predecessor;
    }

    /// <summary>Tells it to leave; returns when it has stopped taking clients and tables and has given up the home.</summary>
    /// <exception cref="IOException">It does not answer.</exception>
    public void Leave()
    {
        var answer = Ask("POST", "/leave") ?? throw new IOException("The gateway that runs in the home ended before it was told to.");
        using var body = JsonDocument.Parse(answer.Body);
        _path = body.RootElement.GetProperty("admin").GetString() ?? "";
    }

    /// <summary>Takes over its clients that are between two requests, again and again until it has ended, on a thread of its own.</summary>
    /// <param name="adopt">Is given each one's descriptor, and owns it.</param>
    public void TakeClients(Action<int> adopt) => new Thread(() => TakeClientsUntilItEnds(adopt)) { IsBackground = true, Name = "clients" }.Start();

    /// <summary>Takes over no more.</summary>
    public void StopTaking() => _stopped.Set();

    /// <summary>What it still carries, by instance; empty when it has ended.</summary>
    public IEnumerable<(InstanceId Instance, int InFlight)> StillCarried()
    {
        if (_isGone)
            return [];
        try
        {
            if (Ask("GET", "/reading") is { } answer && JsonSerializer.Deserialize(answer.Body, RoutingJson.Default.TrafficReading) is { } reading)
                return reading.Instances.Select(static one => (one.Instance, one.InFlight));
        }
        catch (Exception e) when (e is IOException or JsonException)
        {
            // It ended while it answered; then it carries nothing.
        }
        _isGone = true;
        return [];
    }

    private void TakeClientsUntilItEnds(Action<int> adopt)
    {
        try
        {
            while (Ask("POST", "/clients") is { } answer)
            {
                Array.ForEach(answer.Descriptors, adopt);
                if (_stopped.Wait(answer.Descriptors.Length > 0 ? 0 : ClientsPeriodMilliseconds))
                    return;
            }
        }
        catch (IOException)
        {
            // It has ended, or is of a version that gives none; those that it still has it ends itself.
        }
    }

    private (byte[] Body, int[] Descriptors)? Ask(string method, string path)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) { ReceiveTimeout = PatienceMilliseconds, SendTimeout = PatienceMilliseconds };
        try
        {
            socket.Connect(new UnixDomainSocketEndPoint(_path));
        }
        catch (SocketException)
        {
            return null;
        }
        try
        {
            socket.Send(Encoding.ASCII.GetBytes($"{method} {path} HTTP/1.1\r\nHost: gateway\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"));
            return Read(socket);
        }
        catch (SocketException e)
        {
            throw new IOException($"The gateway that runs in the home does not answer: {e.Message}", e);
        }
    }

    private static (byte[] Body, int[] Descriptors) Read(Socket socket)
    {
        var piece = new byte[64 * 1024];
        var descriptors = new int[Linux.DescriptorsMax];
        var count = Linux.ReceiveWithDescriptors((int)socket.Handle, piece, descriptors, out var given);
        try
        {
            return (ReadBody(socket, piece, count), descriptors[..given]);
        }
        catch
        {
            foreach (var descriptor in descriptors.AsSpan(0, given))
                _ = Linux.Close(descriptor);
            throw;
        }
    }

    private static byte[] ReadBody(Socket socket, byte[] piece, int count)
    {
        var answer = new MemoryStream();
        while (count > 0 && answer.Length < AnswerBytesMax)
        {
            answer.Write(piece, 0, count);
            count = socket.Receive(piece);
        }
        var text = answer.ToArray();
        var end = text.AsSpan().IndexOf("\r\n\r\n"u8);
        if (end < 0 || !text.AsSpan().StartsWith("HTTP/1.1 200"u8))
            throw new IOException($"The gateway that runs in the home answered: {Encoding.ASCII.GetString(text.AsSpan(0, Math.Min(200, text.Length)))}");
        return text[(end + 4)..];
    }
}

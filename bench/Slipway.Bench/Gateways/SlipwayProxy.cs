using System.Globalization;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using Slipway.Core.Manifests;
using Slipway.Core.Routing;
using Slipway.Core.Telemetry;

namespace Slipway.Bench.Gateways;

/// <summary>Our own gateway, serving a table from its disk as it does when it starts alone.</summary>
internal static class SlipwayProxy
{
    /// <summary>The folder with the certificate that every proxy shows.</summary>
    public static string Certificates(string folder) => Path.Combine(folder, "certificates");

    /// <summary>Where it lives.</summary>
    public static string Home(string folder, string name) => Path.Combine(folder, name);

    /// <summary>Starts one on the proxies' core.</summary>
    /// <param name="folder">The measurement's folder.</param>
    /// <param name="port">Where it listens; by TLS <see cref="Proxy.TlsOffset"/> further on.</param>
    /// <param name="origin">What it stands in front of.</param>
    /// <param name="stop">Gives up.</param>
    /// <param name="name">As the figures call it, and its home.</param>
    /// <param name="protection">What stands before its route.</param>
    public static Task<Proxy> Start(string folder, int port, int origin, CancellationToken stop, string name = "Slipway", RouteProtection? protection = null)
    {
        var home = Home(folder, name);
        Directory.CreateDirectory(home);
        File.WriteAllBytes(Path.Combine(home, TableSlots.First), TableFile.Write(Table(1, protection, origin, origin + Origin.Second)));
        return Proxy.Start(name, port, Command(folder, home, port), new Dictionary<string, string>([GatewayVariables.YoungMemory]), stop);
    }

    /// <summary>The program and its arguments.</summary>
    public static List<string> Command(string folder, string home, int port)
    {
        List<string> command = [Path.Combine(Repository.Root, "out", "slipway-gateway"), "--listen", $"127.0.0.1:{port}", "--home", home];
        if (Directory.Exists(Certificates(folder)))
            command.AddRange(["--tls", $"127.0.0.1:{port + Proxy.TlsOffset}", "--certificates", Certificates(folder)]);
        return command;
    }

    /// <summary>A table of one service with 90 to 10 of two releases, so that the choice of one is part of every request; of one where there is one port.</summary>
    public static RouteTable Table(long version, RouteProtection? protection, params int[] ports)
    {
        var releases = ports.Select((port, i) => new RoutedRelease(
            Named<ReleaseId>($"{port:x12}"), i == 0 ? 90 : 10, [new(Named<InstanceId>($"web-{port:x12}-1"), "127.0.0.1", port)]));
        return new()
        {
            Version = version,
            Fence = 1,
            Services = [new(Named<ServiceName>("web"), [new(null, "/", false, false, TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(60)) { Protection = protection }], [.. releases])],
        };
    }

    /// <summary>Puts a table to a gateway over its admin socket; gives how long that took.</summary>
    public static async Task<TimeSpan> Put(string home, RouteTable table, CancellationToken stop)
    {
        await AdminListens(home, stop);
        var body = JsonSerializer.SerializeToUtf8Bytes(table, RoutingJson.Default.RouteTable);
        byte[] request = [.. Encoding.ASCII.GetBytes($"PUT /table HTTP/1.1\r\nHost: gateway\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n"), .. body];
        // On a thread of its own that waits for the answer itself: what is measured is the switch, not this process's other work.
        return await Task.Factory.StartNew(() => Put(home, request), stop, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    // Users are answered before the admin socket is there.
    private static async Task AdminListens(string home, CancellationToken stop)
    {
        while (!File.Exists(Path.Combine(home, "gateway.sock")))
            await Task.Delay(1, stop);
    }

    private static TimeSpan Put(string home, byte[] request)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Connect(new UnixDomainSocketEndPoint(Path.Combine(home, "gateway.sock")));
        var answer = new byte[4096];
        var clock = System.Diagnostics.Stopwatch.GetTimestamp();
        socket.Send(request);
        var count = socket.Receive(answer);
        var took = System.Diagnostics.Stopwatch.GetElapsedTime(clock);
        return Encoding.ASCII.GetString(answer, 0, count) is var said && said.StartsWith("HTTP/1.1 200 ", StringComparison.Ordinal)
            ? took
            : throw new InvalidOperationException($"The table was not taken: {said}");
    }

    /// <summary>What it has counted.</summary>
    public static async Task<TrafficReading> Read(string home, CancellationToken stop)
    {
        using var client = Admin(home);
        return JsonSerializer.Deserialize(await client.GetByteArrayAsync(new Uri("http://gateway/reading"), stop), RoutingJson.Default.TrafficReading)!;
    }

    /// <summary>Memory that it has ever taken from its collector, in bytes.</summary>
    public static async Task<long> Allocated(string home, CancellationToken stop)
    {
        using var client = Admin(home);
        const string Name = "\nslipway_gateway_allocated_bytes_total ";
        var text = await client.GetStringAsync(new Uri("http://gateway/metrics"), stop);
        var at = text.IndexOf(Name, StringComparison.Ordinal) + Name.Length;
        return long.Parse(text.AsSpan(at, text.IndexOf('\n', at) - at), CultureInfo.InvariantCulture);
    }

    private static HttpClient Admin(string home) => new(new SocketsHttpHandler
    {
        ConnectCallback = async (_, cancellation) =>
        {
            await AdminListens(home, cancellation);
            var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(Path.Combine(home, "gateway.sock")), cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        },
    });

    /// <summary>Writes a self-signed certificate with its key, for <c>localhost</c> unless said otherwise.</summary>
    public static void WriteCertificate(string folder, string file = "bench", string name = "localhost")
    {
        Directory.CreateDirectory(Certificates(folder));
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(2));
        File.WriteAllText(Path.Combine(Certificates(folder), $"{file}.key"), key.ExportPkcs8PrivateKeyPem());
        File.WriteAllText(Path.Combine(Certificates(folder), $"{file}.crt"), certificate.ExportCertificatePem());
    }

    private static T Named<T>(string text)
        where T : struct, IName<T>
        => T.TryParse(text, out var name) ? name : throw new InvalidOperationException($"'{text}' is no name.");
}

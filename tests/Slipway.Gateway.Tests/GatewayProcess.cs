using System.Diagnostics;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Slipway.Core.Routing;
using Slipway.Core.Telemetry;

namespace Slipway.Gateway.Tests;

/// <summary>The real program in a home of its own, started for a test and ended with it.</summary>
internal sealed partial class GatewayProcess : IAsyncDisposable
{
    // The one that users get, native code, where the whole suite runs; else as it was built, from its own folder, for what it needs is not all beside the tests.
    private static readonly string s_program = Environment.GetEnvironmentVariable("SLIPWAY_TEST_GATEWAY") ?? Path.Combine(
        AppContext.BaseDirectory.Replace("/tests/Slipway.Gateway.Tests/", "/src/Slipway.Gateway/", StringComparison.Ordinal), OperatingSystem.IsWindows() ? "slipway-gateway.exe" : "slipway-gateway");

    private readonly StringBuilder _log = new();
    private readonly bool _ownsHome;
    private readonly HttpClient _admin;
    private long _version;

    private GatewayProcess(Process process, string home, bool ownsHome)
    {
        Process = process;
        Home = home;
        _ownsHome = ownsHome;
        process.ErrorDataReceived += (_, line) =>
        {
            lock (_log)
                _log.AppendLine(line.Data);
        };
        process.BeginErrorReadLine();
        _admin = new(new SocketsHttpHandler
        {
            ConnectCallback = async (_, cancellation) =>
            {
                var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(Path.Combine(home, "gateway.sock")), cancellation);
                return new NetworkStream(socket, ownsSocket: true);
            },
        })
        { BaseAddress = new("http://gateway/"), Timeout = TimeSpan.FromSeconds(20) };
    }

    public Process Process { get; }

    public string Home { get; }

    public int Port { get; private set; }

    public int TlsPort { get; private set; }

    public Uri Address => new($"http://127.0.0.1:{Port}/");

    public HttpClient Admin => _admin;

    public string Log
    {
        get
        {
            lock (_log)
                return _log.ToString();
        }
    }

    /// <summary>Starts one and waits until it listens.</summary>
    public static async Task<GatewayProcess> Start(string? home = null, params string[] options)
    {
        var folder = home ?? Directory.CreateTempSubdirectory("gw").FullName;
        var gateway = Launch(folder, home is null, ["--listen", "127.0.0.1:0", "--home", folder, .. options]);
        await Eventually.True(() => gateway.IsListening(), $"the gateway listens; its log: {gateway.Log}");
        return gateway;
    }

    /// <summary>Starts one that carries connections on the framework's sockets, as where there is no epoll.</summary>
    public static async Task<GatewayProcess> StartOnSockets()
    {
        var folder = Directory.CreateTempSubdirectory("gw").FullName;
        var gateway = LaunchWith(new() { ["SLIPWAY_GATEWAY_EPOLL"] = "0" }, folder, true, "--listen", "127.0.0.1:0", "--home", folder);
        await Eventually.True(() => gateway.IsListening(), $"the gateway listens; its log: {gateway.Log}");
        return gateway;
    }

    /// <summary>Starts the program with any arguments and waits for nothing.</summary>
    public static GatewayProcess Launch(string home, bool ownsHome, params string[] arguments) => LaunchWith(new(), home, ownsHome, arguments);

    private static GatewayProcess LaunchWith(Dictionary<string, string> variables, string home, bool ownsHome, params string[] arguments)
    {
        var start = new ProcessStartInfo(s_program) { RedirectStandardError = true, RedirectStandardOutput = true, UseShellExecute = false };
        foreach (var (name, value) in variables)
            start.Environment[name] = value;
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        return new(Process.Start(start)!, home, ownsHome);
    }

    /// <summary>Makes a table live under the next version.</summary>
    public async Task Put(params RoutedService[] services)
    {
        var (status, body) = await TryPut(new() { Version = ++_version, Fence = 1, Services = [.. services] });
        Assert.True(status == 200, $"{status} {body}");
    }

    /// <summary>Puts a table as it is.</summary>
    public async Task<(int Status, string Body)> TryPut(RouteTable table)
    {
        using var content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(table, RoutingJson.Default.RouteTable));
        using var answer = await _admin.PutAsync("table", content);
        return ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    /// <summary>The counters of one release.</summary>
    public async Task<ReleaseTraffic> Read(string release)
        => (await Read()).Releases.Single(traffic => traffic.Release.ToString() == release);

    /// <summary>All counters.</summary>
    public async Task<TrafficReading> Read()
        => JsonSerializer.Deserialize(await _admin.GetStringAsync("reading"), RoutingJson.Default.TrafficReading)!;

    /// <summary>Waits until the counters of a release are as they should be.</summary>
    public async Task Reads(string release, Func<ReleaseTraffic, bool> expected)
    {
        ReleaseTraffic? last = null;
        await Eventually.True(async () => expected(last = await Read(release)), () => $"the reading is right; it is {last}");
    }

    public void Terminate() => _ = Signal(Process.Id, 15);

    public async Task<int> Exit()
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        await Process.WaitForExitAsync(deadline.Token);
        return Process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!Process.HasExited)
            Process.Kill();
        await Process.WaitForExitAsync();
        Process.Dispose();
        _admin.Dispose();
        if (_ownsHome)
            Directory.Delete(Home, recursive: true);
    }

    private bool IsListening()
    {
        if (Process.HasExited)
            throw new InvalidOperationException($"The gateway ended with {Process.ExitCode}: {Log}");
        var path = Path.Combine(Home, "gateway.json");
        if (!File.Exists(path))
            return false;
        var record = JsonSerializer.Deserialize(File.ReadAllText(path), RoutingJson.Default.GatewayRecord)!;
        Port = record.Port;
        TlsPort = record.Tls is { } tls ? System.Net.IPEndPoint.Parse(tls).Port : 0;
        return record.Pid == Process.Id;
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Signal(int process, int signal);
}

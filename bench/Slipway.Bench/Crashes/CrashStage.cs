using System.Diagnostics;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Slipway.Bench.Crashes.Doomed;
using Slipway.Core.Api;
using Slipway.Core.Routing;

namespace Slipway.Bench.Crashes;

/// <summary>A home with a small application on it, and as many control planes as a measurement wants.</summary>
internal sealed class CrashStage : IAsyncDisposable
{
    public const int Replicas = 2;
    private const string Local = "/v1/environments/bench";
    private readonly List<Process> _started = [];
    private readonly CancellationToken _stop;

    public CrashStage(CancellationToken stop)
    {
        _stop = stop;
        Directory.CreateDirectory(Home);
        File.WriteAllText(Manifest, BenchManifest.Of("{ strategy: canary, steps: [50, 100], bake: 100ms }", "{ inconclusive: { after: 0s, then: proceed } }", Replicas).Replace("500ms", "200ms", StringComparison.Ordinal));
        Client = new(new SocketsHttpHandler { ConnectCallback = Connect, PooledConnectionLifetime = TimeSpan.Zero }) { BaseAddress = new("http://slipway"), Timeout = TimeSpan.FromSeconds(30) };
    }

    public string Folder { get; } = Directory.CreateTempSubdirectory("slipway-crash-").FullName;

    public string Home => Path.Combine(Folder, ".slipway");

    public HttpClient Client { get; }

    /// <summary>Variables of every control plane started from now on.</summary>
    public Dictionary<string, string> Variables { get; } = [];

    private string Manifest => Path.Combine(Folder, "slipway.yaml");

    /// <summary>Starts a control plane and does not wait.</summary>
    public Process Launch(params string[] arguments) => Start(Path.Combine(Repository.Root, "out", "slipway-control-plane"), ["--home", Home, .. arguments]);

    /// <summary>Starts one that may be told where to die, and does not wait.</summary>
    public Process LaunchDoomed() => Start(Repository.Bench, [DoomedControlPlane.Name, "--home", Home]);

    /// <summary>Waits for something within a time; false when it did not come.</summary>
    public async Task<bool> Within(TimeSpan time, Func<Task<bool>> condition)
    {
        var since = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(since) < time)
        {
            if (await condition())
                return true;
            await Task.Delay(20, _stop);
        }
        return false;
    }

    /// <summary>Waits for what must come.</summary>
    /// <exception cref="InvalidOperationException">It did not within a minute.</exception>
    public async Task Until(Func<Task<bool>> condition, string what)
    {
        if (!await Within(TimeSpan.FromSeconds(60), condition))
            throw new InvalidOperationException($"It never happened: {what}.");
    }

    /// <summary>What a path of the API gives; null while nobody answers.</summary>
    public async Task<JsonElement?> Ask(string path)
    {
        // One that is paused takes connections and never answers.
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(_stop);
        patience.CancelAfter(TimeSpan.FromSeconds(1));
        try
        {
            using var answer = await Client.GetAsync(path, patience.Token);
            return answer.IsSuccessStatusCode ? JsonDocument.Parse(await answer.Content.ReadAsStringAsync(patience.Token)).RootElement.Clone() : null;
        }
        catch (Exception fault) when (fault is HttpRequestException or IOException or JsonException || (fault is OperationCanceledException && !_stop.IsCancellationRequested))
        {
            return null;
        }
    }

    /// <summary>Whether the journal's chain is whole, as whoever leads reads it again from its store; false when nobody can say.</summary>
    public async Task<bool> ChainIsWhole()
    {
        JsonElement? audit = null;
        await Within(TimeSpan.FromSeconds(10), async () => (audit = await Ask(ApiRoutes.AuditVerify)) is not null);
        return audit is { } view && (!view.TryGetProperty("fault", out var fault) || fault.ValueKind == JsonValueKind.Null);
    }

    /// <summary>The environment; null while nobody answers.</summary>
    public Task<JsonElement?> Status() => Ask(Local);

    /// <summary>The process that leads; null while nobody answers.</summary>
    public async Task<int?> Leader() => (await Ask(ApiRoutes.ControlPlane))?.GetProperty("processId").GetInt32();

    /// <summary>Asks for a rollout; whoever answers may die over it.</summary>
    public async Task Deploy(string strategy, int version)
    {
        try
        {
            var body = JsonSerializer.Serialize(new Dictionary<string, object> { ["manifestPath"] = Manifest, ["strategy"] = strategy, ["version"] = $"{version}", ["path"] = "api", ["variables"] = new Dictionary<string, string>() });
            using var answer = await Client.PostAsync($"{Local}/deploy", new StringContent(body, Encoding.UTF8, "application/json"), _stop);
            if (!answer.IsSuccessStatusCode && (int)answer.StatusCode is not (503 or 507))
                throw new InvalidOperationException(await answer.Content.ReadAsStringAsync(_stop));
        }
        catch (Exception fault) when (fault is HttpRequestException or IOException)
        {
            // Killed while it answered.
        }
    }

    /// <summary>Whether nothing is under way and all instances are ready.</summary>
    public async Task<bool> IsAtRest()
        => await Status() is { } status && status.GetProperty("state").GetString() == "live" && (!status.TryGetProperty("queue", out var queue) || queue.GetArrayLength() == 0) && Ready(status).Count == Replicas
            && status.GetProperty("instances").GetArrayLength() == Replicas;

    /// <summary>
    /// Whether what the control plane says and what the gateway serves are one: traffic goes to instances that are ready only, in the shares
    /// that the rollout under way says or, where none is, to the live release alone.
    /// </summary>
    public async Task<bool> IsWhole()
    {
        if (await Status() is not { } status || Table() is not { } table)
            return false;
        var ready = Ready(status);
        var live = status.TryGetProperty("live", out var release) && release.ValueKind == JsonValueKind.Object ? release.GetProperty("id").GetString() : null;
        var rollout = status.TryGetProperty("rollout", out var current) && current.ValueKind == JsonValueKind.Object ? current : (JsonElement?)null;
        var share = rollout is { } under && under.GetProperty("phase").GetString() is not ("rolling-back" or "guarding") ? under.GetProperty("percent").GetInt32() : 0;
        var candidate = rollout is { } moving && moving.TryGetProperty("candidate", out var one) && one.ValueKind == JsonValueKind.Object ? one.GetProperty("id").GetString() : null;
        foreach (var service in table.Services)
        {
            var weighted = service.Releases.Where(routed => routed.Weight > 0 && !routed.Endpoints.IsEmpty).ToList();
            if (weighted.Count == 0 || weighted.SelectMany(routed => routed.Endpoints).Any(endpoint => !ready.Contains(endpoint.Instance.ToString())))
                return false;
            var whole = weighted.Sum(routed => (long)routed.Weight);
            var toCandidate = weighted.Where(routed => routed.Release.ToString() == candidate && candidate != live).Sum(routed => (long)routed.Weight) * 100 / whole;
            if (toCandidate != share || (share < 100 && weighted.FirstOrDefault(routed => routed.Release.ToString() == live)?.Endpoints.Length != Replicas))
                return false;
        }
        return true;
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            using var down = await Client.PostAsync($"{Local}/down", new StringContent("{\"reset\":true}", Encoding.UTF8, "application/json"), CancellationToken.None);
        }
        catch (HttpRequestException)
        {
            // Nobody is there to end it.
        }
        foreach (var process in _started)
        {
            if (!process.HasExited)
                process.Kill();
            await process.WaitForExitAsync(CancellationToken.None);
            process.Dispose();
        }
        Client.Dispose();
        Directory.Delete(Folder, recursive: true);
    }

    private static HashSet<string> Ready(JsonElement status)
        => [.. status.GetProperty("instances").EnumerateArray().Where(one => one.GetProperty("phase").GetString() == "ready").Select(one => one.GetProperty("id").GetString()!)];

    private RouteTable? Table() => StoredTables.Newest(Path.Combine(Home, "environments", "bench", "gateway"))?.Table;

    private Process Start(string program, IEnumerable<string> arguments)
    {
        var about = new ProcessStartInfo(program, arguments)
        {
            UseShellExecute = false,
            WorkingDirectory = Folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in Variables)
            about.Environment[name] = value;
        var process = Process.Start(about)!;
        _started.Add(process);
        _ = Drain(process.StandardOutput);
        _ = Drain(process.StandardError);
        return process;
    }

    private async Task Drain(StreamReader from)
    {
        await using var to = new FileStream(Path.Combine(Folder, "control-plane.log"), FileMode.Append, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
        await from.BaseStream.CopyToAsync(to, CancellationToken.None);
    }

    private async ValueTask<Stream> Connect(SocketsHttpConnectionContext context, CancellationToken cancellation)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(Path.Combine(Home, "control.sock")), cancellation);
        return new NetworkStream(socket, ownsSocket: true);
    }
}

using System.Diagnostics;
using System.Net.Sockets;
using System.Text.Json;
using Slipway.Core.Api;

namespace Slipway.Bench;

/// <summary>
/// A home of its own with the built programs on it: the control plane as a child of ours, everything else started by it.
/// What is measured goes through the command line, as users go.
/// </summary>
internal sealed class Stack : IAsyncDisposable
{
    private readonly CancellationToken _stop;
    private Process? _controlPlane;

    private Stack(CancellationToken stop) => _stop = stop;

    public string Folder { get; } = Directory.CreateTempSubdirectory("slipway-bench-").FullName;

    public string Home => Path.Combine(Folder, ".slipway");

    public int ControlPlaneId => _controlPlane!.Id;

    public static async Task<Stack> Start(string manifest, CancellationToken stop)
    {
        var stack = new Stack(stop);
        await File.WriteAllTextAsync(Path.Combine(stack.Folder, "slipway.yaml"), manifest, stop);
        Directory.CreateDirectory(stack.Home);
        await stack.StartControlPlane();
        return stack;
    }

    /// <summary>Starts one and waits until it answers.</summary>
    public Task StartControlPlane()
    {
        LaunchControlPlane();
        return StartedControlPlane();
    }

    /// <summary>Waits until it answers.</summary>
    public async Task StartedControlPlane()
    {
        while (await Ask("/v1/environments") is null)
            await Task.Delay(5, _stop);
    }

    /// <summary>Starts one and does not wait.</summary>
    public void LaunchControlPlane()
    {
        var about = About(Path.Combine(Repository.Root, "out", "slipway-control-plane"), ["--home", Home]);
        _controlPlane = Process.Start(about)!;
        _ = Drain(_controlPlane.StandardOutput, "control-plane.out");
        _ = Drain(_controlPlane.StandardError, "control-plane.err");
    }

    public async Task KillControlPlane()
    {
        _controlPlane!.Kill();
        await _controlPlane.WaitForExitAsync(_stop);
    }

    /// <summary>Waits for the end of a control plane that something else ended.</summary>
    public Task EndedControlPlane() => _controlPlane!.WaitForExitAsync(_stop);

    /// <summary>Runs the command line to its end.</summary>
    public Task<(int Code, string Output, string Error)> Slipway(params string[] arguments) => Slipway([], arguments);

    public Task<(int Code, string Output, string Error)> Slipway(Dictionary<string, string> variables, params string[] arguments)
        => Slipway(variables, null, arguments);

    /// <param name="variables">Variables beside our own.</param>
    /// <param name="input">What it reads from standard input; null for nothing.</param>
    /// <param name="arguments">The command line.</param>
    public async Task<(int Code, string Output, string Error)> Slipway(Dictionary<string, string> variables, string? input, string[] arguments)
    {
        var about = About(Repository.Slipway, arguments);
        foreach (var (name, value) in variables)
            about.Environment[name] = value;
        about.RedirectStandardInput = true;
        using var process = Process.Start(about)!;
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync(_stop);
        var error = process.StandardError.ReadToEndAsync(_stop);
        await process.WaitForExitAsync(_stop);
        return (process.ExitCode, await output, await error);
    }

    /// <summary>Keeps a version of a secret of the bench's environment; null for one by chance.</summary>
    public async Task SetSecret(string name, string? value)
    {
        var (code, output, error) = await Slipway([], value, value is null ? ["secrets", "set", name, "-e", "bench", "--generate"] : ["secrets", "set", name, "-e", "bench"]);
        if (code != 0)
            throw new InvalidOperationException($"slipway secrets set {name} ended with exit code {code}: {output}{error}");
    }

    /// <summary>The latest version of a secret of the bench's environment.</summary>
    public async Task<string> Secret(string name)
    {
        var (code, output, error) = await Slipway("secrets", "get", name, "-e", "bench", "--reveal");
        return code == 0 ? output.TrimEnd('\n') : throw new InvalidOperationException($"slipway secrets get {name} ended with exit code {code}: {error}");
    }

    /// <summary>Deploys to the bench's environment and gives the rollout as it ended.</summary>
    public async Task<(int Code, JsonElement Rollout)> Deploy(Dictionary<string, string> variables, params string[] more)
    {
        var (code, output, error) = await Slipway(variables, ["deploy", "bench", "--json", .. more]);
        var last = output.Split('\n', StringSplitOptions.RemoveEmptyEntries).LastOrDefault()
            ?? throw new InvalidOperationException($"slipway deploy said nothing (exit code {code}): {error}");
        return (code, JsonDocument.Parse(last).RootElement.Clone());
    }

    /// <summary>The environment as the API tells it, asked over the control plane's socket.</summary>
    public async Task<JsonElement> Status()
        => await Ask("/v1/environments/bench") ?? throw new InvalidOperationException("The control plane does not answer.");

    public async Task<Uri> Address() => new((await Status()).GetProperty("address").GetString()!);

    /// <summary>What a path of the API gives; null while nobody answers.</summary>
    public Task<JsonElement?> Get(string path) => Ask(path);

    /// <summary>Asks the API for something.</summary>
    public async Task<JsonElement> Post(string path, string json)
    {
        using var client = Client();
        using var answer = await client.PostAsync(path, new StringContent(json, System.Text.Encoding.UTF8, "application/json"), _stop);
        var text = await answer.Content.ReadAsStringAsync(_stop);
        return answer.IsSuccessStatusCode ? JsonDocument.Parse(text).RootElement.Clone() : throw new InvalidOperationException($"POST {path}: {answer.StatusCode} {text}");
    }

    /// <summary>The process of the gateway.</summary>
    public async Task<int> GatewayId()
    {
        var file = Path.Combine(Home, "environments", "bench", "gateway", "gateway.json");
        return JsonDocument.Parse(await File.ReadAllTextAsync(file, _stop)).RootElement.GetProperty("pid").GetInt32();
    }

    /// <summary>What a path of the API answers, as it is sent.</summary>
    public async Task<string> Read(string path)
    {
        using var client = Client();
        using var answer = await client.GetAsync(path, _stop);
        return $"{answer.StatusCode} {answer.Headers}{await answer.Content.ReadAsStringAsync(_stop)}";
    }

    private async Task Drain(StreamReader from, string name)
    {
        await using var to = new FileStream(Path.Combine(Folder, name), FileMode.Append, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
        await from.BaseStream.CopyToAsync(to, CancellationToken.None);
    }

    private async Task<JsonElement?> Ask(string path)
    {
        using var client = Client();
        try
        {
            using var answer = await client.GetAsync(path, _stop);
            return answer.IsSuccessStatusCode ? JsonDocument.Parse(await answer.Content.ReadAsStringAsync(_stop)).RootElement.Clone() : null;
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            // It has not begun to listen yet, or was killed while it answered.
            return null;
        }
    }

    private HttpClient Client()
    {
        var handler = new SocketsHttpHandler
        {
            ConnectCallback = async (_, cancellation) =>
            {
                var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(Path.Combine(Home, "control.sock")), cancellation);
                return new NetworkStream(socket, ownsSocket: true);
            },
        };
        var client = new HttpClient(handler) { BaseAddress = new Uri("http://localhost") };
        client.DefaultRequestHeaders.Add(ApiRoutes.VersionHeader, typeof(ApiRoutes).Assembly.GetName().Version!.ToString(3));
        return client;
    }

    public async ValueTask DisposeAsync()
    {
        var down = Process.Start(About(Repository.Slipway, ["down", "-e", "bench"]))!;
        await down.WaitForExitAsync(CancellationToken.None);
        if (!_controlPlane!.HasExited)
        {
            _controlPlane.Kill();
            await _controlPlane.WaitForExitAsync(CancellationToken.None);
        }
        Directory.Delete(Folder, recursive: true);
    }

    private ProcessStartInfo About(string program, string[] arguments)
    {
        var about = new ProcessStartInfo(program, arguments)
        {
            UseShellExecute = false,
            WorkingDirectory = Folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        about.Environment["NO_COLOR"] = "1";
        about.Environment.Remove("SLIPWAY_HOME");
        return about;
    }
}

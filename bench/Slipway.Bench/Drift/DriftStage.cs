using System.Diagnostics;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Slipway.Bench.Drift;

/// <summary>A live application, and the ways in which somebody from outside gets at what runs.</summary>
/// <param name="stack">Where it runs.</param>
internal sealed class DriftStage(Stack stack)
{
    public Stack Stack => stack;

    public string Environment => Path.Combine(stack.Home, "environments", "bench");

    public string Gateway => Path.Combine(Environment, "gateway");

    public string Manifest => Path.Combine(stack.Folder, "slipway.yaml");

    public string Store => Path.Combine(stack.Home, "secrets.store");

    public string Key => Path.Combine(stack.Home, "secrets.key");

    /// <summary>The instances of a service that run, oldest first.</summary>
    public async Task<List<JsonElement>> Instances(string service)
        => [.. (await stack.Status()).GetProperty("instances").EnumerateArray().Where(one => one.GetProperty("service").GetString() == service).OrderBy(one => one.GetProperty("id").GetString(), StringComparer.Ordinal)];

    public async Task<string> Folder(string service)
        => Path.Combine(Environment, "instances", (await Instances(service))[0].GetProperty("id").GetString()!);

    public async Task<JsonNode> Record(string service) => JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(await Folder(service), "instance.json")))!;

    public async Task<int> Process(string service) => (int)(await Record(service))["process"]!["pid"]!;

    /// <summary>The control group of an instance for a kind of limit: the folder that has such a file.</summary>
    public async Task<string> Group(string service, string file)
        => (await Record(service))["groups"]!.AsArray().Select(group => (string)group!).First(group => File.Exists(Path.Combine(group, file)));

    public async Task<string> Artefact(string service)
    {
        var live = (await stack.Status()).GetProperty("live").GetProperty("services").EnumerateArray();
        return Path.Combine(stack.Home, "artefacts", live.First(one => one.GetProperty("service").GetString() == service).GetProperty("artefact").GetString()!);
    }

    /// <summary>Makes the first instance of the web service another program, or itself with other variables, under the same process number.</summary>
    public async Task Become(string query)
    {
        var address = (await Instances("web"))[0].GetProperty("address").GetString();
        using var client = new HttpClient();
        await client.GetStringAsync(new Uri($"http://{address}/become?{query}"));
    }

    /// <summary>Puts another table to the gateway, as somebody with its admin socket can.</summary>
    public async Task Put(Action<JsonNode> change)
    {
        using var client = Admin();
        var table = JsonNode.Parse(await client.GetStringAsync(new Uri("/table", UriKind.Relative)))!;
        table["version"] = (long)table["version"]! + 5;
        change(table);
        using var body = new StringContent(table.ToJsonString(), System.Text.Encoding.UTF8, "application/json");
        using var answer = await client.PutAsync(new Uri("/table", UriKind.Relative), body);
        answer.EnsureSuccessStatusCode();
    }

    public static void Signal(string signal, int process) => Run("kill", $"-{signal}", $"{process}");

    public static void Run(string program, params string[] arguments)
    {
        using var run = System.Diagnostics.Process.Start(new ProcessStartInfo(program, arguments))!;
        run.WaitForExit();
        if (run.ExitCode != 0)
            throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} exits with {run.ExitCode}.");
    }

    public async Task Slipway(string? input, params string[] arguments)
    {
        var (code, _, error) = await stack.Slipway([], input, arguments);
        if (code != 0)
            throw new InvalidOperationException($"slipway {string.Join(' ', arguments)} exits with {code}: {error}");
    }

    /// <summary>What <c>slipway drift</c> says, and how long the look took, in milliseconds.</summary>
    public async Task<(JsonElement View, double Milliseconds)> Look(params string[] more)
    {
        var began = Stopwatch.GetTimestamp();
        var (code, output, error) = await stack.Slipway(["drift", "bench", "--json", .. more]);
        var took = Stopwatch.GetElapsedTime(began).TotalMilliseconds;
        return code is 0 or 1 ? (JsonDocument.Parse(output).RootElement.Clone(), took) : throw new InvalidOperationException($"slipway drift exits with {code}: {output} {error}");
    }

    private HttpClient Admin()
    {
        var path = (string)JsonNode.Parse(File.ReadAllText(Path.Combine(Gateway, "gateway.json")))!["admin"]!;
        return new(new SocketsHttpHandler
        {
            ConnectCallback = async (_, cancellation) =>
            {
                var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellation);
                return new NetworkStream(socket, ownsSocket: true);
            },
        })
        {
            BaseAddress = new Uri("http://gateway"),
        };
    }
}

using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Slipway.Bench.Workers;

/// <summary>Releases that are asked for and followed by the API, whatever becomes of the control plane meanwhile.</summary>
internal sealed class WorkStage(Stack stack, CancellationToken stop)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(15);

    /// <summary>Asks for a release.</summary>
    public async Task Deploy(int version, Dictionary<string, string> variables)
    {
        var request = new { manifestPath = Path.Combine(stack.Folder, "slipway.yaml"), version = $"{version}", variables, path = "api" };
        await stack.Post("/v1/environments/bench/deploy", JsonSerializer.Serialize(request));
    }

    /// <summary>Makes a first release live.</summary>
    public async Task Begin(Dictionary<string, string> variables)
    {
        await Deploy(0, variables);
        if (await Settled() != "promoted")
            throw new InvalidOperationException($"The first release did not go live: {await stack.Get("/v1/environments/bench/rollouts")}");
    }

    /// <summary>Undoes the rollout under way; nothing when it is over already.</summary>
    public async Task<bool> Abort()
    {
        try
        {
            await stack.Post("/v1/environments/bench/rollout/abort", "{}");
            return true;
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }

    /// <summary>Waits until nothing moves any more, and gives how the last rollout ended.</summary>
    public async Task<string> Settled()
    {
        var began = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(began) < Patience)
        {
            if (await stack.Get("/v1/environments/bench/rollouts") is { } all && all.GetArrayLength() > 0
                && all[0].TryGetProperty("outcome", out var outcome) && outcome.GetString() is { } ended)
                return ended;
            await Task.Delay(Look, stop);
        }
        throw new InvalidOperationException($"A rollout did not end within {Patience.TotalSeconds:0} s: {await stack.Get("/v1/environments/bench")}");
    }

    /// <summary>SIGKILL of the control plane; another one takes over.</summary>
    public async Task KillControlPlane()
    {
        await stack.KillControlPlane();
        await stack.StartControlPlane();
    }

    /// <summary>SIGKILL of an instance of a service, by chance; gives its name and fencing token, null when none ran.</summary>
    public string? Kill(string service, Random random)
    {
        var records = Records(service).Where(record => record["process"] is not null && record["endedAt"] is null).ToList();
        if (records.Count == 0)
            return null;
        var record = records[random.Next(records.Count)];
        try
        {
            using var process = Process.GetProcessById((int)record["process"]!["pid"]!);
            process.Kill();
            return $"{record["id"]}~{record["fence"]}";
        }
        catch (ArgumentException)
        {
            // It has just ended by itself.
            return null;
        }
    }

    private IEnumerable<JsonNode> Records(string service)
    {
        var folder = Path.Combine(stack.Home, "environments", "bench", "instances");
        foreach (var one in Directory.EnumerateDirectories(folder, $"{service}-*"))
        {
            var path = Path.Combine(one, "instance.json");
            if (File.Exists(path) && JsonNode.Parse(File.ReadAllText(path)) is { } record)
                yield return record;
        }
    }
}

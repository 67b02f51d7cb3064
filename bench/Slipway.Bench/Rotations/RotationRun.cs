using System.Text.Json;

namespace Slipway.Bench.Rotations;

/// <summary>How a rotation went.</summary>
/// <param name="Outcome">How it ended; a sentence when it did not.</param>
/// <param name="Kills">How often the control plane was killed meanwhile.</param>
/// <param name="Records">How many records it and its rollouts have in the journal.</param>
internal sealed record RotationRun(string Outcome, int Kills, long Records)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(50);

    /// <summary>Whether it ended with the new one in use and the old one out of use.</summary>
    public bool IsDone => Outcome == "done";

    /// <summary>Rotates by the command line, as people do.</summary>
    public static async Task<RotationRun> ByCommand(Stack stack, IRotatedSecret secret, CancellationToken stop)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(stop);
        // The one before is still the latest until this one is asked for.
        var watching = Watch(stack, secret, await Latest(stack), end.Token);
        var (code, output, error) = await stack.Slipway("secrets", "rotate", secret.Setting, "-e", "bench", "--wait", "done");
        end.CancelAfter(Patience);
        return new(code == 0 ? await watching : $"slipway secrets rotate ended with exit code {code}: {output}{error}", 0, 0);
    }

    /// <summary>Rotates, and kills the control plane at every record that it journals.</summary>
    public static async Task<RotationRun> UnderKills(Stack stack, IRotatedSecret secret, CancellationToken stop)
    {
        var before = await Latest(stack);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(stop);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(stop);
        end.CancelAfter(Patience);
        var last = Written(stack);
        var request = JsonSerializer.Serialize(new Dictionary<string, string> { ["manifestPath"] = Path.Combine(stack.Folder, "slipway.yaml"), ["setting"] = secret.Setting, ["path"] = "api" });
        await stack.Post("/v1/environments/bench/rotations", request);
        var killing = Kill(stack, last, over.Token);
        var outcome = await Watch(stack, secret, before, end.Token);
        await over.CancelAsync();
        var kills = await killing;
        await stack.StartedControlPlane();
        // Each life began with a record of its own.
        return new(outcome, kills, Written(stack) - last - kills);
    }

    // The first record of each life says that it began, and is not the rotation's.
    private static async Task<int> Kill(Stack stack, long last, CancellationToken over)
    {
        var kills = 0;
        var expected = last + 1;
        while (!over.IsCancellationRequested)
        {
            if (Written(stack) >= expected)
            {
                await stack.KillControlPlane();
                kills++;
                expected = Written(stack) + 2;
                stack.LaunchControlPlane();
            }
            await Task.WhenAny(Task.Delay(1, over));
        }
        return kills;
    }

    private static long Written(Stack stack)
    {
        try
        {
            return long.Parse(File.ReadAllText(Path.Combine(stack.Home, "journal.head")).Split(' ')[0]);
        }
        catch (Exception e) when (e is IOException or FormatException)
        {
            // It is being put in its place.
            return 0;
        }
    }

    private static async Task<string?> Latest(Stack stack)
        => await stack.Get("/v1/environments/bench/rotations") is { } all && all.GetArrayLength() > 0 ? all[0].GetProperty("id").GetString() : null;

    private static async Task<string> Watch(Stack stack, IRotatedSecret secret, string? before, CancellationToken stop)
    {
        var seen = "it was not begun";
        var switched = false;
        while (!stop.IsCancellationRequested)
        {
            if (await stack.Get("/v1/environments/bench/rotations") is { } all && all.GetArrayLength() > 0 && all[0].GetProperty("id").GetString() != before)
            {
                var rotation = all[0];
                if (rotation.GetProperty("switched").GetBoolean() && !switched)
                {
                    switched = true;
                    await secret.Switch(stack, stop);
                }
                if (rotation.TryGetProperty("outcome", out var outcome) && outcome.ValueKind == JsonValueKind.String)
                    return outcome.GetString() == "done" ? "done" : rotation.ToString();
                seen = rotation.ToString();
            }
            await Task.WhenAny(Task.Delay(Look, stop));
        }
        return $"not within {Patience.TotalSeconds:0} s: {seen}";
    }
}

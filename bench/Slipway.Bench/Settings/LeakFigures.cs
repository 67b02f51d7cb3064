using System.Diagnostics;
using System.Text;
using System.Text.Json;

namespace Slipway.Bench.Settings;

/// <summary>
/// Marked secrets through every verb, a good and a failing rollout, rendered files, logs, API answers and crashes: then everything
/// that was written anywhere is searched for the mark.
/// </summary>
internal static class LeakFigures
{
    private const string Mark = "zebrafinch";
    private static readonly TimeSpan CoverTime = TimeSpan.FromSeconds(20);

    private const string Manifest = $$"""
        app: bench
        services:
          web:
            inputs: [slipway.yaml]
            run: $FIXTURE
            port: 8080
            health: { path: /health, period: 500ms }
            ready: { path: /ready, period: 500ms }
            route: /
        settings:
          FIXTURE_LEAK: { type: string, doc: What it writes. }
          SECRET_PLAIN: { secret: true, required: [bench] }
          SECRET_QUOTES: { secret: true, required: [bench] }
          SECRET_SPACES: { secret: true, store: home }
          SECRET_LINES: { secret: true, store: home }
          SECRET_DATABASE: { type: postgres, secret: true, required: [bench] }
          SECRET_JSON: { type: json, secret: true, store: home }
          SECRET_TOKEN: { secret: true, store: home, rotation: { kind: token, create: cat $OUTSIDE/token, revoke: sh -c "cat >&2; exit 1", overlap: 0s } }
        rollout: { strategy: blue-green, bake: 0s }
        gates: { inconclusive: { after: 0s, then: proceed } }
        guard: 0s
        environments: { bench: {} }
        """;

    private static readonly Dictionary<string, string> Given = new()
    {
        ["SECRET_PLAIN"] = $"{Mark}-plain",
        ["SECRET_QUOTES"] = $"\"{Mark}\"'<&>\\ \u00fcn\u00efcode \U0001F98A",
    };

    private static readonly Dictionary<string, string> Stored = new()
    {
        ["SECRET_SPACES"] = $"{Mark} 25% of + & = ?",
        ["SECRET_LINES"] = $"{Mark}-line-one\n{Mark}-line-two",
        ["SECRET_JSON"] = $"{{\"key\":\"{Mark}/json\"}}",
        ["SECRET_TOKEN"] = $"{Mark}-token-one",
    };

    public static async Task<IReadOnlyList<Figure>> Measure(Action<string> progress, CancellationToken stop)
    {
        var outside = Directory.CreateTempSubdirectory("slipway-bench-secret-").FullName;
        var began = DateTime.UtcNow;
        await using var stack = await Stack.Start(Manifest.Replace("$FIXTURE", Repository.Fixture).Replace("$OUTSIDE", outside), stop);
        try
        {
            var said = new List<(string What, byte[] Text)>();
            var file = Path.Combine(outside, "database");
            await File.WriteAllTextAsync(file, $"postgres://shop:{Mark}%2Fpass@127.0.0.1:5432/shop\n", stop);
            if (!OperatingSystem.IsWindows())
                File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            await File.WriteAllTextAsync(Path.Combine(outside, "token"), $"{Mark}-token-two", stop);
            var variables = new Dictionary<string, string>(Given) { ["SECRET_DATABASE_FILE"] = file };
            var (unlimited, instances) = await Use(stack, variables, said, progress, stop);
            var word = new LeakedText(Mark);
            var (leaks, files) = await Search(stack, word, said, outside, began, stop);
            foreach (var leak in leaks)
                progress($"  leaked: {leak}");
            return
            [
                Figure.Exactly($"marks found in {said.Count} outputs and {files} files", leaks.Count, "leaks", 0),
                Figure.Exactly("planted marks that the search finds, of each encoding", await Planted(stack, word, outside, began, stop), "forms", word.Names.Count()),
                Figure.AtLeast("outputs, API answers and files searched", said.Count + files, "things", 60),
                Figure.Exactly($"processes that may write a core dump, of {instances}", unlimited, "processes", 0),
            ];
        }
        finally
        {
            Directory.Delete(outside, recursive: true);
        }
    }

    private static async Task<(int Unlimited, int Processes)> Use(Stack stack, Dictionary<string, string> variables, List<(string What, byte[] Text)> said, Action<string> progress, CancellationToken stop)
    {
        async Task Run(string? input, params string[] arguments)
        {
            progress($"  slipway {string.Join(' ', arguments)}");
            var (code, output, error) = await stack.Slipway(variables, input, arguments);
            said.Add(($"slipway {string.Join(' ', arguments)} (exit {code})", Encoding.UTF8.GetBytes(output + error)));
        }

        foreach (var (name, value) in Stored)
            await Run(value, "secrets", "set", name, "-e", "bench");
        await Run(null, "secrets", "set", "SECRET_UNUSED", "-e", "bench", "--generate");
        await Run(Mark, "secrets", "set", "SECRET_JSON", "-e", "bench");
        foreach (var arguments in Looks)
            await Run(null, arguments);
        await Run(null, "run", "-e", "bench", "--", "true");
        await Run(null, "deploy", "bench", "--version", "1");
        variables["FIXTURE_LEAK"] = "go on";
        await Run(null, "deploy", "bench", "--version", "2", "--json");
        // A rotation whose revoking command fails and shows what it was given; a process that holds a secret under another name.
        await Run(null, "secrets", "rotate", "SECRET_TOKEN", "-e", "bench", "--now", "--wait", "done");
        await Run(null, "secrets", "rotate", "SECRET_TOKEN", "-e", "bench", "--now", "--wait", "done", "--json");
        await Become(stack, $"variable=FIXTURE_LEAK={Given["SECRET_PLAIN"]}", stop);
        foreach (var more in (string[][])[["--running"], ["--json"], ["--fix"]])
            await Run(null, ["drift", "bench", .. more]);
        variables["FIXTURE_LEAK"] = "crash";
        await Run(null, "deploy", "bench", "--version", "3");
        variables["SECRET_DATABASE_FILE"] = "/nowhere";
        await Run(null, "deploy", "bench", "--version", "4");
        variables.Remove("SECRET_DATABASE_FILE");
        variables["SECRET_DATABASE"] = $"mysql://shop:{Mark}@db";
        await Run(null, "deploy", "bench", "--version", "5");
        foreach (var arguments in Looks)
            await Run(null, arguments);
        await ReadApi(stack, said);
        var processes = await Processes(stack, stop);
        var unlimited = processes.Count(id => !CoreLimit(id).Contains(" 0 ", StringComparison.Ordinal));
        await Crash(processes, stop);
        await stack.EndedControlPlane();
        await stack.StartControlPlane();
        await Run(null, "rollback", "bench");
        await Run(null, "logs", "-e", "bench", "--tail", "1000");
        await Run(null, "down", "-e", "bench");
        return (unlimited, processes.Count);
    }

    private static async Task Become(Stack stack, string how, CancellationToken stop)
    {
        var clock = Stopwatch.StartNew();
        string? address;
        while ((address = Carrying(await stack.Status())) is null)
        {
            if (clock.Elapsed > CoverTime)
                throw new InvalidOperationException("No instance is ready and carries traffic.");
            await Task.Delay(50, stop);
        }
        using var client = new HttpClient();
        await client.GetStringAsync(new Uri($"http://{address}/become?{how}"), stop);
        await Task.Delay(TimeSpan.FromSeconds(1), stop);
    }

    // Instances of the release before, which a rotation replaced, may still be listed while they stop.
    private static string? Carrying(JsonElement status)
        => status.GetProperty("instances").EnumerateArray()
            .Where(one => one.GetProperty("phase").GetString() == "ready" && one.TryGetProperty("trafficPercent", out var share) && share.ValueKind == JsonValueKind.Number && share.GetDouble() > 0)
            .Select(one => one.GetProperty("address").GetString())
            .FirstOrDefault();

    private static string[][] Looks =>
    [
        ["check"], ["check", "-e", "bench"], ["check", "--all", "--json"], ["env", "-e", "bench"], ["env", "-e", "bench", "--json"], ["env", "-e", "bench", "--diff", "local"],
        ["secrets", "list", "-e", "bench"], ["secrets", "list", "-e", "bench", "--json"], ["secrets", "get", "SECRET_SPACES", "-e", "bench"], ["secrets", "doctor"], ["secrets", "export", "-e", "bench"],
        ["render", "dotenv", "-e", "bench"], ["render", "settings"], ["render", "settings-schema"], ["render", "dotenv", "--write"], ["render", "settings", "--write"], ["render", "settings-schema", "--write"],
        ["status"], ["status", "--json"], ["history", "-e", "bench"], ["history", "-e", "bench", "--json"], ["events"], ["audit", "list"], ["audit", "verify"],
        ["logs", "-e", "bench", "--tail", "1000"], ["logs", "-e", "bench", "--tail", "1000", "--json"],
    ];

    private static async Task ReadApi(Stack stack, List<(string What, byte[] Text)> said)
    {
        var rollouts = await stack.Read("/v1/environments/bench/rollouts");
        said.Add(("rollouts", Encoding.UTF8.GetBytes(rollouts)));
        using var list = JsonDocument.Parse(rollouts[rollouts.IndexOf("[{", StringComparison.Ordinal)..]);
        var paths = new List<string> { "/v1/control-plane", "/v1/environments", "/v1/environments/bench", "/v1/events", "/v1/audit/verify", "/openapi/v1.json", "/metrics", "/health", "/ready", "/v1/environments/bench/logs?tail=1000", "/v1/environments/bench/rotations" };
        foreach (var rollout in list.RootElement.EnumerateArray())
        {
            paths.Add($"/v1/rollouts/{rollout.GetProperty("id").GetString()}");
            if (rollout.TryGetProperty("candidate", out var candidate) && candidate.ValueKind == JsonValueKind.Object)
                paths.Add($"/v1/releases/{candidate.GetProperty("id").GetString()}");
        }
        foreach (var path in paths)
        {
            said.Add(($"GET {path}", Encoding.UTF8.GetBytes(await stack.Read(path))));
        }
    }

    private static async Task<List<int>> Processes(Stack stack, CancellationToken stop)
    {
        var found = new List<int> { stack.ControlPlaneId, await stack.GatewayId() };
        foreach (var record in Directory.EnumerateFiles(Path.Combine(stack.Home, "environments", "bench", "instances"), "instance.json", SearchOption.AllDirectories))
        {
            using var instance = JsonDocument.Parse(await File.ReadAllTextAsync(record, stop));
            if (instance.RootElement.TryGetProperty("process", out var process) && process.TryGetProperty("pid", out var pid) && Directory.Exists($"/proc/{pid.GetInt32()}"))
                found.Add(pid.GetInt32());
        }
        return found;
    }

    private static string CoreLimit(int id) => File.ReadLines($"/proc/{id}/limits").First(line => line.StartsWith("Max core file size", StringComparison.Ordinal));

    // The runtime takes the first such signal from outside for a request to dump, and may go on; the second one ends it.
    private static async Task Crash(List<int> processes, CancellationToken stop)
    {
        foreach (var id in processes)
        {
            while (Directory.Exists($"/proc/{id}") && !(await File.ReadAllTextAsync($"/proc/{id}/status", stop)).Contains("State:\tZ", StringComparison.Ordinal))
            {
                using var kill = Process.Start("kill", ["-ABRT", $"{id}"]);
                await kill.WaitForExitAsync(stop);
                await Task.Delay(100, stop);
            }
        }
    }

    // What programs wrote themselves is covered within a second or two of being written.
    private static async Task<(List<string> Leaks, int Files)> Search(
        Stack stack, LeakedText word, List<(string What, byte[] Text)> said, string outside, DateTime began, CancellationToken stop)
    {
        var clock = Stopwatch.StartNew();
        while (true)
        {
            var leaks = said.SelectMany(one => word.Find(one.Text).Select(form => $"{form} in {one.What}")).ToList();
            var files = Written(stack, outside, began).ToList();
            foreach (var path in files)
                leaks.AddRange(word.Find(ReadAll(path)).Select(form => $"{form} in {path}"));
            if (leaks.Count == 0 || clock.Elapsed > CoverTime)
                return (leaks, files.Count);
            await Task.Delay(250, stop);
        }
    }

    private static async Task<int> Planted(Stack stack, LeakedText word, string outside, DateTime began, CancellationToken stop)
    {
        var found = 0;
        foreach (var form in word.Names)
        {
            var path = Path.Combine(stack.Home, "environments", "planted.log");
            await File.WriteAllBytesAsync(path, word.Planted(form), stop);
            foreach (var file in Written(stack, outside, began))
                found += word.Find(ReadAll(file)).Count(seen => seen == form);
            File.Delete(path);
        }
        return found;
    }

    /// <summary>Everything below the stack's folder, and what is new in the machine's temporary folder, such as a dump.</summary>
    private static IEnumerable<string> Written(Stack stack, string outside, DateTime began)
    {
        var options = new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.Device };
        foreach (var file in new DirectoryInfo(stack.Folder).EnumerateFiles("*", options).Where(file => file.LinkTarget is null && (file.UnixFileMode & UnixFileMode.UserRead) != UnixFileMode.None && !IsSocket(file.FullName)))
            yield return file.FullName;
        foreach (var file in new DirectoryInfo(Path.GetTempPath()).EnumerateFiles().Where(file => file.LastWriteTimeUtc >= began && file.LinkTarget is null && file.Length < 1L << 30))
        {
            if (!file.FullName.StartsWith(outside, StringComparison.Ordinal) && !IsSocket(file.FullName))
                yield return file.FullName;
        }
    }

    private static byte[] ReadAll(string path)
    {
        try
        {
            return File.ReadAllBytes(path);
        }
        catch (FileNotFoundException)
        {
            // It was written and taken away while we looked.
            return [];
        }
        catch (IOException fault)
        {
            // The framework respects the locks of others, such as that of a control plane on its home; this does not.
            using var cat = Process.Start(new ProcessStartInfo("cat", [path]) { UseShellExecute = false, RedirectStandardOutput = true })!;
            using var bytes = new MemoryStream();
            cat.StandardOutput.BaseStream.CopyTo(bytes);
            cat.WaitForExit();
            // A socket of another program that uses the same temporary folder holds nothing.
            return cat.ExitCode == 0 || HoldsNothing(path) ? bytes.ToArray() : throw new InvalidOperationException($"{path} cannot be searched.", fault);
        }
    }

    private static bool HoldsNothing(string path)
    {
        using var test = Process.Start("test", ["-S", path])!;
        test.WaitForExit();
        return test.ExitCode == 0 || !File.Exists(path);
    }

    private static bool IsSocket(string path) => path.EndsWith(".sock", StringComparison.Ordinal) || path.Contains("dotnet-diagnostic", StringComparison.Ordinal) || path.Contains("clr-debug-pipe", StringComparison.Ordinal);
}

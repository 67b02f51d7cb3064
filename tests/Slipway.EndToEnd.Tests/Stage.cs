using System.Diagnostics;
using System.Text.Json;

namespace Slipway.EndToEnd.Tests;

/// <summary>
/// A folder with a manifest and a home of its own, and a control plane on it. Everything it starts ends with it, by the
/// process ids that it left behind.
/// </summary>
internal sealed class Stage : IAsyncDisposable
{
    private static readonly TimeSpan CommandDeadline = TimeSpan.FromSeconds(120);
    private readonly List<Process> _started = [];
    private Process? _controlPlane;

    public string Folder { get; } = Directory.CreateTempSubdirectory("slipway-e2e-").FullName;

    public string Home => Path.Combine(Folder, ".slipway");

    public string Manifest => Path.Combine(Folder, "slipway.yaml");

    public int ControlPlaneId => _controlPlane!.Id;

    public void Write(string manifest) => File.WriteAllText(Manifest, manifest.Replace("$FIXTURE", Installed.Fixture));

    public async Task StartControlPlane(params string[] arguments)
    {
        _controlPlane = Start(Installed.ControlPlane, ["--home", Home, .. arguments], "control-plane");
        await Until(async () => (await Slipway(["status", "--json"])).ExitCode == 0, "the control plane answers");
    }

    /// <summary>Runs a control plane that is expected to end by itself.</summary>
    public async Task<Ran> RunControlPlane(params string[] arguments)
    {
        using var process = Process.Start(About(Installed.ControlPlane, arguments, null))!;
        return await Finish(process);
    }

    /// <summary>SIGTERM, as an operator would.</summary>
    public async Task StopControlPlane()
    {
        using var term = Process.Start("kill", ["-TERM", $"{ControlPlaneId}"]);
        await term.WaitForExitAsync();
        await _controlPlane!.WaitForExitAsync();
    }

    public async Task<JsonElement> Status(string environment)
    {
        var ran = (await Slipway(["status", "-e", environment, "--json"])).ShouldExit(0);
        return JsonDocument.Parse(ran.Output).RootElement.Clone();
    }

    public async Task<string?> LiveVersion(string environment)
        => (await Status(environment)).TryGetProperty("live", out var live) ? live.GetProperty("version").GetString() : null;

    /// <summary>SIGKILL: nothing of it can be tidied up.</summary>
    public async Task KillControlPlane()
    {
        _controlPlane!.Kill();
        await _controlPlane.WaitForExitAsync();
    }

    public async Task<Ran> Slipway(string[] arguments, Dictionary<string, string>? variables = null)
    {
        using var process = StartSlipway(arguments, variables);
        return await Finish(process);
    }

    public Process StartSlipway(string[] arguments, Dictionary<string, string>? variables = null)
        => Process.Start(About(Installed.Slipway, arguments, variables))!;

    public static async Task<Ran> Finish(Process process, TimeSpan? within = null)
    {
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        using var deadline = new CancellationTokenSource(within ?? CommandDeadline);
        try
        {
            await process.WaitForExitAsync(deadline.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            Assert.Fail($"{process.StartInfo.FileName} {string.Join(' ', process.StartInfo.ArgumentList)} did not end in time.\n{await output}{await error}");
        }
        return new Ran(process.ExitCode, await output, await error);
    }

    public static async Task Until(Func<Task<bool>> condition, string what)
    {
        var clock = Stopwatch.StartNew();
        while (!await condition())
        {
            Assert.True(clock.Elapsed < CommandDeadline, $"Waited in vain until {what}.");
            await Task.Delay(50);
        }
    }

    /// <summary>Every process whose folder or arguments lie in this stage: what must be gone at the end.</summary>
    public IReadOnlyList<int> Survivors()
    {
        var found = new List<int>();
        foreach (var folder in Directory.EnumerateDirectories("/proc").Where(path => int.TryParse(Path.GetFileName(path), out _)))
        {
            try
            {
                if (File.ReadAllText(Path.Combine(folder, "cmdline")).Contains(Folder)
                    || (File.ResolveLinkTarget(Path.Combine(folder, "cwd"), returnFinalTarget: false)?.FullName ?? "").StartsWith(Folder))
                    found.Add(int.Parse(Path.GetFileName(folder)));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // It ended while we looked, or is none of ours.
                continue;
            }
        }
        return found;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in _started.Where(process => !process.HasExited))
        {
            process.Kill();
            await process.WaitForExitAsync();
        }
        foreach (var id in Survivors().Where(id => id != Environment.ProcessId))
            Kill(id);
        Directory.Delete(Folder, recursive: true);
    }

    private static void Kill(int id)
    {
        try
        {
            using var process = Process.GetProcessById(id);
            process.Kill();
            process.WaitForExit(5000);
        }
        catch (ArgumentException)
        {
            // It ended by itself.
            return;
        }
    }

    private Process Start(string program, string[] arguments, string logName)
    {
        var process = Process.Start(About(program, arguments, null))!;
        var log = new StreamWriter(Path.Combine(Folder, logName + ".log"), append: true) { AutoFlush = true };
        process.OutputDataReceived += (_, e) => { lock (log) log.WriteLine(e.Data); };
        process.ErrorDataReceived += (_, e) => { lock (log) log.WriteLine(e.Data); };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        _started.Add(process);
        return process;
    }

    private ProcessStartInfo About(string program, string[] arguments, Dictionary<string, string>? variables)
    {
        var about = new ProcessStartInfo(program, arguments)
        {
            UseShellExecute = false,
            WorkingDirectory = Folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        about.Environment["NO_COLOR"] = "1";
        about.Environment.Remove("SLIPWAY_HOME");
        foreach (var (name, value) in variables ?? [])
            about.Environment[name] = value;
        return about;
    }
}

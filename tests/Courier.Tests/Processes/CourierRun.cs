using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace Courier.Tests.Processes;

/// <summary>One of the real programs, run as a process that ends with the test.</summary>
public sealed partial class CourierRun : IAsyncDisposable
{
    private readonly Process _process;
    private readonly TaskCompletionSource<string> _address = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private CourierRun(string program, string database, (string Name, string Value)[] settings, string? verb = null)
    {
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, program))
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var name in start.Environment.Keys.Where(static name => name.StartsWith("COURIER", StringComparison.Ordinal)
            || name.StartsWith("SLIPWAY", StringComparison.Ordinal)).ToList())
            start.Environment.Remove(name);
        if (verb is not null)
            start.ArgumentList.Add(verb);
        start.Environment["PORT"] = "0";
        start.Environment["COURIER__DATABASE"] = database;
        foreach (var (name, value) in settings)
            start.Environment[name] = value;
        _process = new() { StartInfo = start, EnableRaisingEvents = true };
        _process.OutputDataReceived += (_, line) =>
        {
            if (verb is null)
                Read(line.Data);
            else
                Errors.Enqueue(line.Data ?? "");
        };
        _process.ErrorDataReceived += (_, line) => Errors.Enqueue(line.Data ?? "");
        _process.Exited += (_, _) => _address.TrySetException(new InvalidOperationException("It ended: " + string.Join('\n', Errors)));
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>Its log, one object for each line.</summary>
    public ConcurrentQueue<JsonElement> Log { get; } = new();

    /// <summary>What it wrote to its error output.</summary>
    public ConcurrentQueue<string> Errors { get; } = new();

    /// <summary>Speaks to it.</summary>
    public HttpClient Client { get; } = new(new SocketsHttpHandler { UseProxy = false });

    /// <summary>Starts it and waits until it listens.</summary>
    public static async Task<CourierRun> StartAsync(
        string program, string database, params (string Name, string Value)[] settings)
    {
        var run = Launch(program, database, settings);
        run.Client.BaseAddress = new(await run._address.Task.WaitAsync(TimeSpan.FromSeconds(60)));
        return run;
    }

    /// <summary>Starts it and does not wait.</summary>
    public static CourierRun Launch(string program, string database, params (string Name, string Value)[] settings)
        => new(program, database, settings);

    /// <summary>Runs one of its commands to the end, and gives all that it wrote.</summary>
    public static async Task<(int Code, string Output)> Command(
        string program, string verb, string database, params (string Name, string Value)[] settings)
    {
        await using var run = new CourierRun(program, database, settings, verb);
        // Nobody waits for an address.
        _ = run._address.Task.ContinueWith(static task => task.Exception, TaskScheduler.Default);
        var code = await run.ExitAsync();
        return (code, string.Join('\n', run.Errors));
    }

    public async Task<(int Status, JsonElement Body)> GetAsync(string path) => await ReadAsync(await Client.GetAsync(path));

    public async Task<(int Status, JsonElement Body)> PostAsync(string path, string json, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path)
        {
            Content = new StringContent(json, System.Text.Encoding.UTF8, "application/json"),
        };
        foreach (var (name, value) in headers)
            request.Headers.Add(name, value);
        return await ReadAsync(await Client.SendAsync(request));
    }

    public async Task<int> ExitAsync()
    {
        await _process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(60));
        return _process.ExitCode;
    }

    /// <summary>Asks it to stop, as an operator would.</summary>
    public Task<int> StopAsync()
    {
        Assert.Equal(0, Signal(_process.Id, 15));
        return ExitAsync();
    }

    /// <summary>Ends it at once, as a crash would.</summary>
    public Task<int> KillAsync()
    {
        _process.Kill();
        return ExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            await KillAsync();
        _process.Dispose();
        Client.Dispose();
    }

    internal static async Task<(int Status, JsonElement Body)> ReadAsync(HttpResponseMessage response)
    {
        using (response)
        {
            var text = await response.Content.ReadAsStringAsync();
            return ((int)response.StatusCode, text.StartsWith('{') ? JsonElement.Parse(text) : default);
        }
    }

    private void Read(string? line)
    {
        if (line is null || !line.StartsWith('{'))
            return;
        var entry = JsonElement.Parse(line);
        Log.Enqueue(entry);
        if (entry.TryGetProperty("urls", out var urls))
            _address.TrySetResult(urls.GetString()!);
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Signal(int process, int signal);
}

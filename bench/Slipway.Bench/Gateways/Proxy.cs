using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Slipway.Bench.Gateways;

/// <summary>A reverse proxy that is measured: its own processes, pinned to one core, in front of the origin.</summary>
internal sealed class Proxy : IAsyncDisposable
{
    // The kernel counts a process's time in hundredths of a second (sysconf(_SC_CLK_TCK) is 100 wherever .NET runs).
    private const double TicksPerSecond = 100;

    /// <summary>So far behind its port it listens for TLS, where it does.</summary>
    public const int TlsOffset = 10;

    private readonly Process _process;
    private readonly List<string> _said = [];

    private Proxy(string name, Process process, int port)
    {
        Name = name;
        Port = port;
        _process = process;
        process.OutputDataReceived += (_, line) => Said(line.Data);
        process.ErrorDataReceived += (_, line) => Said(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>As the figures call it.</summary>
    public string Name { get; }

    /// <summary>Where it listens on 127.0.0.1.</summary>
    public int Port { get; }

    /// <summary>From its start to its first answer.</summary>
    public TimeSpan FirstAnswer { get; private set; }

    /// <summary>Processor time of all its processes since their start, user and system, in seconds.</summary>
    public double ProcessorSeconds => ProcessIds().Sum(SecondsOf);

    /// <summary>Memory of all its processes, shared pages by halves and so on (PSS), in megabytes (10^6 bytes).</summary>
    public double Megabytes => ProcessIds().Sum(id => MemoryOf(id, "Pss:")) / 1e6;

    /// <summary>Memory that is theirs alone, in megabytes: what others of the machine's programs share with them does not move it.</summary>
    public double OwnMegabytes => ProcessIds().Sum(id => MemoryOf(id, "Pss_Anon:")) / 1e6;

    /// <summary>Starts one on the proxy's core and waits for its first answer.</summary>
    /// <param name="name">As the figures call it.</param>
    /// <param name="port">Where it will listen.</param>
    /// <param name="command">The program and its arguments; it must stay in the foreground.</param>
    /// <param name="environment">Variables of its own.</param>
    /// <param name="stop">Gives up.</param>
    public static async Task<Proxy> Start(string name, int port, IReadOnlyList<string> command, IReadOnlyDictionary<string, string>? environment, CancellationToken stop)
    {
        var about = new ProcessStartInfo("taskset", ["-c", Cores.Proxy, .. command])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (key, value) in environment ?? new Dictionary<string, string>())
            about.Environment[key] = value;
        var clock = Stopwatch.GetTimestamp();
        var proxy = new Proxy(name, Process.Start(about)!, port);
        try
        {
            await proxy.Answers(clock, stop);
            return proxy;
        }
        catch
        {
            await proxy.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts another process that takes this one's place, and waits until it has.</summary>
    public static async Task<Proxy> Successor(Proxy before, IReadOnlyList<string> command, string home, CancellationToken stop)
    {
        var about = new ProcessStartInfo("taskset", ["-c", Cores.Proxy, .. command]) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        var proxy = new Proxy(before.Name, Process.Start(about)!, before.Port);
        var record = Path.Combine(home, "gateway.json");
        while (!(await File.ReadAllTextAsync(record, stop)).Contains($"\"pid\":{proxy._process.Id},", StringComparison.Ordinal))
        {
            if (proxy._process.HasExited)
                throw new InvalidOperationException($"The successor ended: {string.Join('\n', proxy._said)}");
            await Task.Delay(5, stop);
        }
        return proxy;
    }

    /// <summary>Waits until it has ended by itself.</summary>
    public Task Ended() => _process.WaitForExitAsync();

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    // Plain sockets: a client that warms up itself would be measured with it.
    private async Task Answers(long clock, CancellationToken stop)
    {
        var answer = new byte[4096];
        while (!_process.HasExited && Stopwatch.GetElapsedTime(clock) < TimeSpan.FromSeconds(20))
        {
            stop.ThrowIfCancellationRequested();
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveTimeout = 2000 };
            try
            {
                socket.Connect(IPAddress.Loopback, Port);
                socket.Send("GET / HTTP/1.1\r\nHost: bench\r\n\r\n"u8);
                var count = socket.Receive(answer);
                if (answer.AsSpan(0, count).StartsWith("HTTP/1.1 200"u8))
                {
                    FirstAnswer = Stopwatch.GetElapsedTime(clock);
                    return;
                }
            }
            catch (SocketException)
            {
                // It does not listen yet.
            }
            await Task.Delay(1, stop);
        }
        throw new InvalidOperationException($"{Name} does not answer on port {Port}: {string.Join('\n', _said)}");
    }

    private void Said(string? line)
    {
        if (line is null)
            return;
        lock (_said)
            _said.Add(line);
    }

    private IEnumerable<int> ProcessIds()
    {
        var all = Directory.EnumerateDirectories("/proc").Select(Path.GetFileName).Where(name => int.TryParse(name, out _)).Select(int.Parse!);
        var parents = all.Select(id => (Id: id, Parent: ParentOf(id))).ToList();
        var mine = new HashSet<int> { _process.Id };
        for (var before = 0; before != mine.Count;)
        {
            before = mine.Count;
            mine.UnionWith(parents.Where(one => mine.Contains(one.Parent)).Select(one => one.Id));
        }
        return mine;
    }

    private static int ParentOf(int id) => StatOf(id) is [_, var parent, ..] ? int.Parse(parent) : 0;

    private static double SecondsOf(int id) => StatOf(id) is { Length: > 13 } stat ? (long.Parse(stat[11]) + long.Parse(stat[12])) / TicksPerSecond : 0;

    // The fields after the name in parentheses, from the state on (proc(5)).
    private static string[] StatOf(int id)
    {
        try
        {
            var text = File.ReadAllText($"/proc/{id}/stat");
            return text[(text.LastIndexOf(')') + 2)..].Split(' ');
        }
        catch (IOException)
        {
            return [];
        }
    }

    private static double MemoryOf(int id, string kind)
    {
        try
        {
            foreach (var line in File.ReadLines($"/proc/{id}/smaps_rollup"))
            {
                if (line.StartsWith(kind, StringComparison.Ordinal))
                    return double.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]) * 1024;
            }
        }
        catch (IOException)
        {
            // It has ended since.
        }
        return 0;
    }
}

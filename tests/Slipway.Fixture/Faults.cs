using System.Globalization;
using System.Runtime.InteropServices;

namespace Slipway.Fixture;

/// <summary>
/// What goes wrong, and when. From the environment:
/// FIXTURE_LISTEN: <c>never</c>, or milliseconds to wait before listening;
/// FIXTURE_EXIT: <c>CODE</c> or <c>CODE@MILLISECONDS</c>, ends by itself;
/// FIXTURE_IGNORE_TERM: <c>1</c>; FIXTURE_CHILDREN, FIXTURE_STRAYS: so many children, in its session or in one of their own;
/// FIXTURE_HEALTH, FIXTURE_READY: <c>ok</c>, <c>fail</c>, <c>hang</c>, <c>flap:MILLISECONDS</c>, <c>after:MILLISECONDS</c>;
/// FIXTURE_ERRORS: share of answers that are 500, 0 to 1; FIXTURE_LATENCY: milliseconds before each answer;
/// FIXTURE_FLOOD: so many numbered lines on standard output; FIXTURE_MEMORY: MiB to take;
/// FIXTURE_LEAK: writes its secrets, then <c>go on</c> or <c>crash</c>; see <see cref="Leaks"/>;
/// FIXTURE_METRICS: what /metrics answers, or the code of a status;
/// FIXTURE_NEEDS: an address without which it fails; see <see cref="Need"/>;
/// FIXTURE_DRAIN: milliseconds that requests under way may take after SIGTERM (5000).
/// All but the first four can be changed while it runs: <c>POST /faults?errors=0.5&amp;health=fail</c>.
/// </summary>
internal sealed class Faults
{
    private readonly TaskCompletionSource<int> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly long _started = Environment.TickCount64;

    public string Version { get; } = Environment.GetEnvironmentVariable("APP_VERSION") ?? "0.0.0";

    public TimeSpan? ListenAfter { get; private init; }

    public bool IgnoreTerm { get; private init; }

    public int Children { get; private init; }

    public int Strays { get; private init; }

    public TimeSpan Drain { get; private init; }

    public string Health { get; set; } = "ok";

    public string Ready { get; set; } = "ok";

    public double Errors { get; set; }

    public int LatencyMs { get; set; }

    public string Exit { get; set; } = "";

    public int Flood { get; set; }

    public int MemoryMiB { get; set; }

    public string Metrics { get; set; } = "";

    public Task<int> Ended => _ended.Task;

    public static Faults FromEnvironment() => new()
    {
        ListenAfter = Text("LISTEN") == "never" ? null : TimeSpan.FromMilliseconds(Number("LISTEN")),
        IgnoreTerm = Text("IGNORE_TERM") == "1",
        Children = (int)Number("CHILDREN"),
        Strays = (int)Number("STRAYS"),
        Drain = TimeSpan.FromMilliseconds(Text("DRAIN").Length == 0 ? 5000 : Number("DRAIN")),
        Health = Text("HEALTH"),
        Ready = Text("READY"),
        Errors = Number("ERRORS"),
        LatencyMs = (int)Number("LATENCY"),
        Exit = Text("EXIT"),
        Flood = (int)Number("FLOOD"),
        MemoryMiB = (int)Number("MEMORY"),
        Metrics = Text("METRICS"),
    };

    public void End(int code) => _ended.TrySetResult(code);

    /// <summary>Changes what goes wrong; false for a name it does not know.</summary>
    public bool Set(string name, string value)
    {
        switch (name)
        {
            case "health": Health = value; break;
            case "ready": Ready = value; break;
            case "errors": Errors = double.Parse(value, CultureInfo.InvariantCulture); break;
            case "latency": LatencyMs = int.Parse(value); break;
            case "metrics": Metrics = value; break;
            case "exit": Exit = value; _ = RunAsync(); break;
            case "flood": Flood = int.Parse(value); _ = RunAsync(); break;
            case "memory": MemoryMiB = int.Parse(value); _ = RunAsync(); break;
            default: return false;
        }
        return true;
    }

    /// <summary>Whether a check in this state passes now; null for never answering.</summary>
    public bool? Passes(string state)
    {
        var now = Environment.TickCount64 - _started;
        return state.Split(':') switch
        {
            ["fail"] => false,
            ["hang"] => null,
            ["flap", var period] => now / int.Parse(period) % 2 == 0,
            ["after", var wait] => now >= int.Parse(wait),
            _ => true,
        };
    }

    /// <summary>Does once what the switches ask for.</summary>
    public async Task RunAsync()
    {
        await Task.Yield();
        var (flood, memory, exit) = (Flood, MemoryMiB, Exit);
        (Flood, MemoryMiB, Exit) = (0, 0, "");
        for (var i = 1; i <= flood; i++)
            Console.WriteLine($"line {i:D9} of a flood that fills the log of this instance until it must be rotated");
        for (var i = 0; i < memory; i++)
        {
            // Not from the heap: the runtime would refuse before the kernel does.
            unsafe
            {
                NativeMemory.Fill(NativeMemory.Alloc(1024 * 1024), 1024 * 1024, 1);
            }
        }
        if (exit.Length == 0)
            return;
        var parts = exit.Split('@');
        if (parts.Length > 1)
            await Task.Delay(int.Parse(parts[1]));
        await Console.Error.WriteLineAsync($"leaving with {parts[0]}");
        Environment.Exit(int.Parse(parts[0]));
    }

    private static string Text(string name) => Environment.GetEnvironmentVariable($"FIXTURE_{name}") ?? "";

    private static double Number(string name)
        => double.TryParse(Text(name), NumberStyles.Float, CultureInfo.InvariantCulture, out var value) ? value : 0;
}

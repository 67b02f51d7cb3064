using System.Diagnostics;
using System.Text;
using Slipway.Cli.Connection;
using Slipway.Cli.Invoking;
using Slipway.Cli.Load;
using Slipway.Core.Api;

namespace Slipway.Cli.Demonstration;

/// <summary>Live traffic on the demo's gateway, as users of the message platform would make it.</summary>
internal sealed class DemoTraffic : IAsyncDisposable
{
    private const double RatePerSecond = 200;
    private static readonly TimeSpan s_longest = TimeSpan.FromMinutes(10);
    private readonly CancellationTokenSource _end = new();
    private readonly Task<LoadReport> _load;
    private readonly Latest _latest = new();

    private DemoTraffic(Uri address, string message)
    {
        var plan = new LoadPlan
        {
            Target = address,
            RatePerSecond = RatePerSecond,
            Duration = s_longest,
            Mix =
            [
                new LoadRequest { Name = "ping", Weight = 4, Path = "/v1/ping", Expect = answer => answer.Status == 200 },
                new LoadRequest { Name = "status", Weight = 7, Path = $"/v1/messages/{message}", Expect = answer => answer.Status == 200 && Contains(answer, message) },
                new LoadRequest { Name = "list", Weight = 6, Path = "/v1/messages?limit=5", Expect = answer => answer.Status == 200 && Contains(answer, "\"items\"") },
                Send(address, $"{Guid.NewGuid():n}") with { Weight = 3 },
            ],
        };
        _load = OpenLoopLoad.Run(plan, _latest, _end.Token);
    }

    /// <summary>Starts the traffic, and returns once enough of it was answered to compare with.</summary>
    public static async Task<DemoTraffic> Start(DemoStage stage, CancellationToken cancel)
    {
        var view = await stage.Calls.Get(Paths.Of(ApiRoutes.Environment, stage.Environment), ApiJson.Default.EnvironmentView, cancel);
        var address = view.Address
            ?? throw new CommandFailure(ExitCodes.Outside, "The demo's application has no address.", "Use an --app with a route.");
        var traffic = new DemoTraffic(address, await FirstMessage(address, cancel));
        var since = Stopwatch.GetTimestamp();
        while (traffic._latest.Ok < RatePerSecond)
        {
            if (traffic._load.IsCompleted || Stopwatch.GetElapsedTime(since) > TimeSpan.FromSeconds(20))
            {
                var report = await traffic.Stop();
                throw new CommandFailure(ExitCodes.Outside, $"The demo's traffic is not answered: {report.Total.Ok} of {report.Due} requests.", "Look at the log of the gateway.");
            }
            await Task.Delay(50, cancel);
        }
        return traffic;
    }

    /// <summary>Ends the traffic, waits for every answer under way, and returns what was counted.</summary>
    public async Task<LoadReport> Stop()
    {
        await _end.CancelAsync();
        return await _load;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Stop();
        _end.Dispose();
    }

    /// <summary>Sends one message, whose status the traffic then asks for.</summary>
    private static async Task<string> FirstMessage(Uri address, CancellationToken cancel)
    {
        var id = "";
        var plan = new LoadPlan
        {
            Target = address,
            RatePerSecond = 1,
            Duration = TimeSpan.FromMilliseconds(1),
            Mix = [Send(address, $"{Guid.NewGuid():n}") with { Expect = answer => (id = ReadId(answer)).Length > 0 }],
        };
        var report = await OpenLoopLoad.Run(plan, null, cancel);
        return id.Length > 0 ? id
            : throw new CommandFailure(ExitCodes.Outside, $"The demo's first message was not taken: {report.Failures.FirstOrDefault()?.Outcome} {report.Failures.FirstOrDefault()?.Status}.", "Look at the log of the api.");
    }

    /// <summary>Messages to the application's own echo, so that its worker delivers them for real.</summary>
    private static LoadRequest Send(Uri address, string run) => new()
    {
        Name = "send",
        Method = "POST",
        Path = "/v1/messages",
        Headers = [new("Content-Type", "application/json")],
        Body = number => Encoding.UTF8.GetBytes(
            $$$"""{"recipient":"{{{address}}}v1/echo","body":{"text":"message {{{number}}}"},"idempotencyKey":"{{{run}}}-{{{number}}}"}"""),
        Expect = answer => answer.Status == 202,
    };

    private static string ReadId(LoadAnswer answer)
    {
        var text = Encoding.UTF8.GetString(answer.Body.Span);
        var start = text.IndexOf("\"id\":\"", StringComparison.Ordinal) + 6;
        return answer.Status == 202 && start > 5 ? text[start..text.IndexOf('"', start)] : "";
    }

    private static bool Contains(LoadAnswer answer, string text) => answer.Body.Span.IndexOf(Encoding.UTF8.GetBytes(text)) >= 0;

    private sealed class Latest : IProgress<LoadReport>
    {
        private long _ok;

        public long Ok => Interlocked.Read(ref _ok);

        public void Report(LoadReport value) => Interlocked.Exchange(ref _ok, value.Total.Ok);
    }
}

using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Slipway.Cli.Load;

namespace Slipway.Cli.Tests.Load;

public sealed class OpenLoopLoadTests
{
    [Fact]
    public async Task Every_fault_of_the_server_is_counted_as_what_it_was()
    {
        await using var server = new FaultyServer();
        var report = await Run(server.Address, 400, 1.5, Get("ok", 10), Get("error", 3), Get("reset", 3), Get("truncate", 3), Get("torn-chunk", 2), Get("close", 3), Get("stream", 3));

        Assert.Equal(600, report.Due);
        Assert.Equal(report.Due, report.Total.Ended);
        Assert.Equal(server.Count("/ok"), report.ByRequest["ok"].Ok);
        Assert.Equal(server.Count("/stream"), report.ByRequest["stream"].Ok);
        Assert.Equal(server.Count("/close"), report.ByRequest["close"].Ok);
        Assert.Equal(server.Count("/error"), report.Total.ServerErrors);
        Assert.Equal(server.Count("/reset"), report.Total.Resets);
        Assert.Equal(server.Count("/truncate") + server.Count("/torn-chunk"), report.Total.Truncated);
        Assert.Equal(0, report.Total.Timeouts + report.Total.Refused + report.Total.Mismatched);
        Assert.True(server.Count("/reset") > 0 && server.Count("/truncate") > 0 && server.Count("/error") > 0);
        Assert.Equal(server.Accepted, report.Connections.Opened);
        Assert.Equal(report.Total.ServerErrors, report.ByRelease["0123456789ab"].ServerErrors);
        Assert.Equal(report.Bad, report.Seconds.Sum(second => second.Bad));
    }

    [Fact]
    public async Task A_request_is_sent_when_it_falls_due_though_earlier_ones_hang()
    {
        await using var server = new FaultyServer();
        var plan = Plan(server.Address, 100, 1, Get("hang", 1), Get("ok", 1)) with { Timeout = TimeSpan.FromSeconds(2) };
        var report = await OpenLoopLoad.Run(plan, null, CancellationToken.None);

        Assert.Equal(50, server.Count("/hang"));
        Assert.Equal(50, report.ByRequest["hang"].Timeouts);
        Assert.Equal(50, report.ByRequest["ok"].Ok);
        Assert.Equal(0, report.ByRequest["ok"].Bad);
    }

    [Fact]
    public async Task Waiting_for_a_free_connection_counts_as_time_of_the_request()
    {
        await using var server = new FaultyServer();
        var plan = Plan(server.Address, 50, 0.4, Get("hang", 1), Get("ok", 19)) with { ConnectionsMax = 1, Timeout = TimeSpan.FromMilliseconds(700) };
        var report = await OpenLoopLoad.Run(plan, null, CancellationToken.None);

        Assert.Equal(20, report.Total.Ended);
        Assert.Equal(1, report.ByRequest["hang"].Timeouts);
        Assert.Equal(1, report.Connections.Peak);
        Assert.True(report.Latency.Max > 300, $"The slowest took {report.Latency.Max} ms.");
    }

    [Fact]
    public async Task A_target_where_nobody_listens_refuses_every_request()
    {
        using var closed = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        closed.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var report = await Run(new Uri($"http://127.0.0.1:{((IPEndPoint)closed.LocalEndPoint!).Port}/"), 100, 0.3, Get("ok", 1));

        Assert.Equal(30, report.Total.Refused);
        Assert.Equal(30, report.ByRelease["unknown"].Bad);
    }

    [Fact]
    public async Task An_upload_is_checked_against_what_the_target_says_it_got()
    {
        await using var server = new FaultyServer();
        var good = LoadRequest.Upload("/echo", 50_000, echoed: true) with { Name = "good" };
        var bad = LoadRequest.Upload("/wrong-hash", 1000, echoed: false) with { Name = "bad" };
        var report = await Run(server.Address, 100, 0.5, good, bad);

        Assert.Equal(25, report.ByRequest["good"].Ok);
        Assert.Equal(25, report.ByRequest["bad"].Mismatched);
    }

    [Fact]
    public async Task A_server_that_answers_before_it_has_read_the_body_is_heard()
    {
        await using var server = new FaultyServer();
        var report = await Run(server.Address, 20, 0.5, LoadRequest.Upload("/early", 4 * 1024 * 1024, echoed: false));

        Assert.Equal(10, report.Total.Ended);
        Assert.True(report.Total.Timeouts == 0, "A request waited for its sending.");
    }

    [Fact]
    public async Task Cancelling_ends_the_load_but_waits_for_what_is_under_way()
    {
        await using var server = new FaultyServer();
        using var cancel = new CancellationTokenSource(TimeSpan.FromMilliseconds(300));
        var clock = Stopwatch.StartNew();
        var report = await OpenLoopLoad.Run(Plan(server.Address, 200, 60, Get("ok", 1)), null, cancel.Token);

        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(20));
        Assert.Equal(report.Due, report.Total.Ended);
        Assert.Equal(server.Count("/ok"), report.Total.Ok);
    }

    [Fact]
    public async Task A_fault_in_the_plan_itself_ends_the_load()
    {
        await using var server = new FaultyServer();
        var request = new LoadRequest { Name = "broken", Expect = _ => throw new FormatException("broken") };
        await Assert.ThrowsAsync<FormatException>(() => Run(server.Address, 10, 0.2, request));
    }

    private static Task<LoadReport> Run(Uri target, double rate, double seconds, params LoadRequest[] mix)
        => OpenLoopLoad.Run(Plan(target, rate, seconds, mix), null, CancellationToken.None);

    private static LoadPlan Plan(Uri target, double rate, double seconds, params LoadRequest[] mix)
        => new() { Target = target, RatePerSecond = rate, Duration = TimeSpan.FromSeconds(seconds), Mix = [.. mix] };

    private static LoadRequest Get(string name, int weight) => new() { Name = name, Weight = weight, Path = "/" + name };
}

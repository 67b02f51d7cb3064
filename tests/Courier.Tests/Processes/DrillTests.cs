using Courier.Operations;
using Courier.Tests.Store;

namespace Courier.Tests.Processes;

public sealed class DrillTests : IDisposable
{
    private readonly TempDatabase _database = new();

    public void Dispose() => _database.Dispose();

    [Fact]
    public async Task Errors_are_found_by_traffic_alone()
    {
        await using var api = await StartAsync("errors");
        Assert.Equal(500, (await api.GetAsync("/v1/ping")).Status);
        Assert.Equal(500, (await api.PostAsync("/v1/messages", "{}")).Status);
        Assert.Equal(200, (await api.GetAsync("/health")).Status);
        Assert.Equal(200, (await api.GetAsync("/ready")).Status);
    }

    [Fact]
    public async Task Spared_calls_let_smoke_checks_pass()
    {
        await using var api = await StartAsync("errors:1:2");
        Assert.Equal(200, (await api.GetAsync("/v1/ping")).Status);
        Assert.Equal(200, (await api.GetAsync("/v1/ping")).Status);
        Assert.Equal(500, (await api.GetAsync("/v1/ping")).Status);
    }

    [Fact]
    public async Task Some_errors_are_as_many_as_asked_for()
    {
        await using var api = await StartAsync("errors:0.5");
        var failed = 0;
        for (var i = 0; i < 200; i++)
            failed += (await api.GetAsync("/v1/ping")).Status == 500 ? 1 : 0;
        // Further than seven standard deviations away from the middle, once in a million million runs.
        Assert.InRange(failed, 50, 150);
    }

    [Fact]
    public async Task A_lost_database_shows_in_readiness_and_answers_but_not_in_health()
    {
        await using var api = await StartAsync("lost-database:0");
        Assert.Equal(503, (await api.GetAsync("/v1/ping")).Status);
        var (status, body) = await api.GetAsync("/ready");
        Assert.Equal((503, "down"), (status, body.GetProperty("dependencies")[0].GetProperty("status").GetString()));
        Assert.Equal(200, (await api.GetAsync("/health")).Status);
        Assert.Contains("courier_queue_depth could not be read", await api.Client.GetStringAsync("/metrics"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_crash_comes_some_time_after_the_first_call()
    {
        await using var api = await StartAsync("crash:0.2");
        Assert.Equal(200, (await api.GetAsync("/v1/ping")).Status);
        Assert.Equal(70, await api.ExitAsync());
    }

    [Fact]
    public async Task A_slow_process_answers_late()
    {
        await using var api = await StartAsync("latency:300");
        var started = Environment.TickCount64;
        Assert.Equal(200, (await api.GetAsync("/v1/ping")).Status);
        Assert.True(Environment.TickCount64 - started >= 290);
    }

    [Fact]
    public async Task A_leak_shows_in_the_memory_of_the_process()
    {
        await using var api = await StartAsync("leak:100");
        await Until.TrueAsync(async () => await MemoryAsync() > 350e6);

        async Task<double> MemoryAsync() => double.Parse(
            (await api.Client.GetStringAsync("/metrics")).Split('\n')
                .First(static line => line.StartsWith("process_resident_memory_bytes ", StringComparison.Ordinal)).Split(' ')[1],
            System.Globalization.CultureInfo.InvariantCulture);
    }

    [Theory]
    [InlineData("none", true)]
    [InlineData("errors:0.25", true)]
    [InlineData("errors:1:20", true)]
    [InlineData("errors:1:x", false)]
    [InlineData("crash:1:20", false)]
    [InlineData("errors:1.5", false)]
    [InlineData("errors:-1", false)]
    [InlineData("errors:NaN", false)]
    [InlineData("latency", false)]
    [InlineData("latency:50", true)]
    [InlineData("crash:2", true)]
    [InlineData("leak:0", false)]
    [InlineData("explode", false)]
    public void A_drill_is_known_or_refused(string text, bool isKnown) => Assert.Equal(isKnown, Fault.Parse(text) is not null);

    private Task<CourierRun> StartAsync(string fault)
        => CourierRun.StartAsync("Courier.Api", _database.Path, ("COURIER__FAULT", fault));
}

using System.Net;
using System.Net.Sockets;
using Courier.Operations;
using Courier.Tests.Store;

namespace Courier.Tests.Processes;

public sealed class SettingsTests : IDisposable
{
    private readonly TempDatabase _database = new();

    public void Dispose() => _database.Dispose();

    [Theory]
    [InlineData("Courier.Api")]
    [InlineData("Courier.Worker")]
    [InlineData("Courier.Scheduler")]
    public async Task Wrong_settings_end_the_start_with_every_fault_at_once(string program)
    {
        await using var run = CourierRun.Launch(
            program, "relative.db", ("SLIPWAY_ENVIRONMENT", "production"), ("SLIPWAY_RELEASE", "r1"), ("COURIER__FAULT", "errors"),
            ("COURIER__WORKERS", "none"), ("COURIER__TIMEOUT", "10"), ("PORT", "70000"), ("COURIER__LOG_LEVEL", "loud"));
        Assert.Equal(2, await run.ExitAsync());
        var told = string.Join('\n', run.Errors);
        foreach (var name in new[] { "DATABASE", "FAULT", "WORKERS", "TIMEOUT", "LOG_LEVEL" })
            Assert.Contains("COURIER__" + name + " is '", told, StringComparison.Ordinal);
        Assert.Contains("PORT is '70000'", told, StringComparison.Ordinal);
        Assert.Contains("allowed in local and ci only, not in production", told, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_port_in_use_ends_the_start_with_one_line()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        await using var run = CourierRun.Launch("Courier.Api", _database.Path, ("PORT", $"{port}"));
        Assert.Equal(3, await run.ExitAsync());
        Assert.Contains($"{port}", string.Join('\n', run.Errors), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, true)]
    [InlineData("local", true)]
    [InlineData("ci", true)]
    [InlineData("staging", false)]
    [InlineData("production", false)]
    public void Drills_are_for_local_and_ci(string? environment, bool isAllowed)
    {
        var faults = Read("api", ("COURIER__FAULT", "latency:5"), ("SLIPWAY_ENVIRONMENT", environment ?? ""));
        Assert.Equal(isAllowed, faults.Count == 0);
    }

    [Fact]
    public void A_lease_must_outlast_a_delivery()
        => Assert.Contains("COURIER__LEASE", Assert.Single(Read("worker", ("COURIER__LEASE", "5s"))), StringComparison.Ordinal);

    [Fact]
    public void Outside_local_and_ci_the_database_must_be_named()
    {
        CourierSettings.Read(
            Configured.By(new() { ["SLIPWAY_ENVIRONMENT"] = "staging" }), "api", 5000, out var faults);
        Assert.Contains("COURIER__DATABASE", Assert.Single(faults), StringComparison.Ordinal);
    }

    private IReadOnlyList<string> Read(string service, params (string Name, string Value)[] settings)
    {
        var variables = settings.ToDictionary(static setting => setting.Name, static setting => setting.Value);
        variables.TryAdd("COURIER__DATABASE", _database.Path);
        CourierSettings.Read(Configured.By(variables), service, 5000, out var faults);
        return faults;
    }
}

using Courier.Tests.Store;

namespace Courier.Tests.Processes;

public sealed class DataCommandTests : IDisposable
{
    private readonly TempDatabase _database = new();

    public void Dispose() => _database.Dispose();

    [Fact]
    public async Task Many_that_migrate_and_seed_at_once_bring_the_database_to_the_same_state_once()
    {
        var all = Enumerable.Range(0, 4).SelectMany(_ => (string[])["migrate", "seed"])
            .Select(verb => CourierRun.Command("Courier.Api", verb, _database.Path)).ToList();
        foreach (var (code, output) in await Task.WhenAll(all))
            Assert.True(code == 0, output);
        Assert.Contains("schema: 1", (await CourierRun.Command("Courier.Api", "migrate", _database.Path)).Output, StringComparison.Ordinal);
        await using var run = await CourierRun.StartAsync("Courier.Api", _database.Path);
        var (status, body) = await run.GetAsync("/v1/messages?limit=100");
        Assert.Equal((200, 12), (status, body.GetProperty("items").GetArrayLength()));
    }

    [Fact]
    public async Task Production_is_never_seeded()
    {
        var (code, output) = await CourierRun.Command("Courier.Api", "seed", _database.Path, ("SLIPWAY_ENVIRONMENT", "production"));
        Assert.Equal(1, code);
        Assert.Contains("is not filled", output, StringComparison.Ordinal);
        Assert.False(File.Exists(_database.Path));
    }
}

namespace Slipway.Cli.Tests.Running;

public sealed class KeyVerbTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("slipway-keys-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Of_keys_that_are_made_at_once_none_is_lost()
    {
        var made = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Executable.Run(_folder, "gateway", "key", $"caller-{i}", "--file", "callers")));
        Assert.All(made, static one => one.ShouldExit(0));
        Assert.Equal(
            Enumerable.Range(0, 8).Select(static i => $"caller-{i}"),
            File.ReadAllLines(Path.Combine(_folder, "callers")).Select(static line => line.Split(' ')[0]).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_folder_that_is_missing_is_told_with_what_to_do()
        => Assert.Contains("make its folder first", (await Executable.Run(_folder, "gateway", "key", "billing", "--file", "missing/callers")).ShouldExit(3).Error);
}

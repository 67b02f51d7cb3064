using Slipway.Releases.Ports;
using Slipway.Targets.Secrets;

namespace Slipway.Targets.Tests;

public sealed class SecretTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("slipway-test-").FullName;
    private readonly FileSecretStore _store;

    public SecretTests() => _store = new(new HomeFolder(_folder));

    public void Dispose()
    {
        _store.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task A_new_value_is_a_new_version_and_the_old_one_stays()
    {
        Assert.Null(await _store.Latest("PASSWORD", CancellationToken.None));
        var first = await _store.Keep("PASSWORD", "one", CancellationToken.None);
        Assert.Equal(first, await _store.Keep("PASSWORD", "one", CancellationToken.None));
        var second = await _store.Keep("PASSWORD", "two\n", CancellationToken.None);

        Assert.Equal((1, 2), (first.Version, second.Version));
        Assert.Equal(second, await _store.Latest("PASSWORD", CancellationToken.None));
        Assert.Equal("one", await _store.Read(first, CancellationToken.None));
        Assert.Equal("two\n", await _store.Read(second, CancellationToken.None));
        await Assert.ThrowsAsync<SecretMissingException>(() => _store.Read(second with { Version = 3 }, CancellationToken.None));
    }

    [Fact]
    public async Task Only_the_owner_can_read_a_secret()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no such modes.");
        await _store.Keep("PASSWORD", "one", CancellationToken.None);
        if (OperatingSystem.IsWindows())
            return;

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(_folder, "secrets", "PASSWORD", "1")));
        Assert.Equal(
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(Path.Combine(_folder, "secrets", "PASSWORD")));
    }

    [Fact]
    public async Task A_name_cannot_lead_out_of_the_store()
        => await Assert.ThrowsAsync<ArgumentException>(() => _store.Keep("../PASSWORD", "one", CancellationToken.None));
}

using Slipway.Core.Settings;

namespace Slipway.Secrets.Tests;

public sealed class OutsideStoreTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly SecretStores _stores;

    public OutsideStoreTests() => _stores = SecretStores.Open(new(_folder.Path));

    public void Dispose()
    {
        _stores.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_mounted_file_is_a_secret_without_its_last_line_break()
    {
        File.WriteAllText(_folder.Of("db-password"), "s3cret\n");
        var store = Mounted();
        Assert.Equal(new SecretVersion("files", "password", 1), await store.Latest("password", Cancel));
        Assert.Equal("s3cret", await store.Read(new("files", "password", 1), Cancel));
        Assert.Null(await store.Latest("user", Cancel));
        Assert.Null(await store.Latest("../../etc/passwd", Cancel));
        Assert.Equal("password", Assert.Single(await store.List("", Cancel)).Version.Name);
    }

    [Fact]
    public async Task Nothing_is_written_to_what_others_fill()
    {
        var fault = await Assert.ThrowsAsync<SecretStoreException>(() => Mounted().Keep("password", "x", "me", Cancel));
        Assert.Contains("which Slipway does not change", fault.Message);
    }

    [Fact]
    public async Task A_variable_of_this_process_is_a_secret()
    {
        Environment.SetEnvironmentVariable("SLIPWAY_TEST_SECRET_7", "s3cret");
        var store = _stores.Find("environment", [], _folder.Path);
        Assert.Equal("s3cret", await store.Read(new("environment", "SLIPWAY_TEST_SECRET_7", 1), Cancel));
        Assert.Null(await store.Latest("SLIPWAY_TEST_SECRET_8", Cancel));
    }

    [Fact]
    public async Task A_mounted_file_of_other_bytes_is_refused_rather_than_changed()
    {
        File.WriteAllBytes(_folder.Of("db-password"), [0xFF, 0xFE, (byte)'a']);
        Assert.Contains("no text", (await Assert.ThrowsAsync<SecretStoreException>(() => Mounted().Read(new("files", "password", 1), Cancel))).Message);
    }

    [Fact]
    public void A_store_that_nothing_declares_is_told()
        => Assert.Contains("no secret store 'team'", Assert.Throws<SecretStoreException>(() => _stores.Find("team", [], _folder.Path)).Message);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private ISecretStore Mounted() => _stores.Find(
        "files", [new() { Name = "files", Kind = SecretStoreKind.Mounted, Folder = _folder.Path, Prefix = "db-", Timeout = TimeSpan.FromSeconds(1) }], _folder.Path);
}

using Slipway.Core.Settings;
using Slipway.Secrets.Vault;

namespace Slipway.Secrets.Tests;

public sealed class VaultStoreTests : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private VaultServer _server = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await VaultServer.Start();
        File.WriteAllText(_folder.Of("token"), "root-token\n");
        File.WriteAllText(_folder.Of("secret-id"), "secret-id\n");
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Versions_are_kept_read_listed_and_retired()
    {
        using var store = ByToken();
        Assert.Null(await store.Latest("production/KEY", Cancel));
        var first = await store.Keep("production/KEY", "one", "me", Cancel);
        Assert.Equal(first, await store.Keep("production/KEY", "one", "me", Cancel));
        var second = await store.Keep("production/KEY", "two", "me", Cancel);
        Assert.Equal((1, 2), (first.Version, second.Version));
        Assert.Equal("one", await store.Read(first, Cancel));
        Assert.Equal(second, await store.Latest("production/KEY", Cancel));
        await store.Retire(second, "me", Cancel);
        Assert.Equal(first, await store.Latest("production/KEY", Cancel));
        await Assert.ThrowsAsync<SecretMissingException>(() => store.Read(second, Cancel));
        var entries = await store.List("production/", Cancel);
        Assert.Equal([false, true], entries.Select(entry => entry.RetiredAt is not null));
        Assert.Equal(3, (await store.Keep("production/KEY", "three", "me", Cancel)).Version);
        await Assert.ThrowsAsync<SecretMissingException>(() => store.Retire(new("vault", "production/KEY", 9), "me", Cancel));
    }

    [Fact]
    public async Task A_field_is_set_without_losing_the_others()
    {
        using var store = ByToken();
        await store.Keep("shop/db:user", "mary", "me", Cancel);
        var version = await store.Keep("shop/db:password", "s3cret", "me", Cancel);
        Assert.Equal("mary", await store.Read(version with { Name = "shop/db:user" }, Cancel));
        Assert.Equal("s3cret", await store.Read(version, Cancel));
    }

    [Fact]
    public async Task Writers_at_once_do_not_write_over_each_other()
    {
        using var store = ByToken();
        var versions = await Task.WhenAll(Enumerable.Range(0, 3).Select(i => store.Keep("a/KEY", $"value {i}", "me", Cancel)));
        Assert.Equal([1, 2, 3], versions.Select(version => version.Version).Order());
    }

    [Fact]
    public async Task An_AppRole_logs_in_once_and_again_when_its_token_is_refused()
    {
        using var store = ByRole();
        await store.Keep("a/KEY", "one", "me", Cancel);
        await store.Latest("a/KEY", Cancel);
        Assert.Equal(1, _server.Logins);
        _server.ForgetTokens();
        Assert.Equal("one", await store.Read(new("vault", "a/KEY", 1), Cancel));
        Assert.Equal(2, _server.Logins);
    }

    [Fact]
    public async Task A_token_is_fetched_anew_before_its_lease_is_over()
    {
        _server.LeaseSeconds = 1;
        using var store = ByRole();
        await store.Keep("a/KEY", "one", "me", Cancel);
        await Eventually(async () =>
        {
            await store.Latest("a/KEY", Cancel);
            return _server.Logins > 1;
        });
    }

    [Fact]
    public async Task What_is_wrong_is_said_with_its_remedy_and_without_any_value()
    {
        _server.ForgetTokens();
        using (var store = ByToken())
            Assert.Contains("403: permission denied", (await Assert.ThrowsAsync<SecretStoreException>(() => store.Latest("a/KEY", Cancel))).Message);
        _server.Sealed = true;
        using (var store = ByToken())
            Assert.Equal("Unseal it.", (await Assert.ThrowsAsync<SecretStoreException>(() => store.Latest("a/KEY", Cancel))).Remedy);
        _server.Sealed = false;
        File.WriteAllText(_folder.Of("secret-id"), "wr0ng-secret-id");
        using (var store = ByRole())
        {
            var fault = await Assert.ThrowsAsync<SecretStoreException>(() => store.Latest("a/KEY", Cancel));
            Assert.Contains("invalid role or secret ID", fault.Message);
            Assert.DoesNotContain("wr0ng", fault.ToString());
        }
        using (var store = new VaultStore(Declaration() with { Address = "http://127.0.0.1:1", TokenFile = "token" }, _folder.Path))
            Assert.Contains("cannot be reached", (await Assert.ThrowsAsync<SecretStoreException>(() => store.Latest("a/KEY", Cancel))).Message);
    }

    [Fact]
    public async Task A_Vault_that_does_not_answer_costs_the_time_limit_and_no_more()
    {
        _server.Hang = new(TaskCreationOptions.RunContinuationsAsynchronously);
        using var store = new VaultStore(Declaration() with { TokenFile = "token", Timeout = TimeSpan.FromMilliseconds(200) }, _folder.Path);
        Assert.Contains("did not answer within 0.2 s", (await Assert.ThrowsAsync<SecretStoreException>(() => store.Latest("a/KEY", Cancel))).Message);
    }

    [Fact]
    public async Task A_policy_that_shows_values_only_is_enough_to_read_the_latest()
    {
        using var store = ByToken();
        var version = await store.Keep("a/KEY", "one", "me", Cancel);
        _server.DataOnly = true;
        Assert.Equal(version, await store.Latest("a/KEY", Cancel));
        Assert.Equal("one", await store.Read(version, Cancel));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("""{"data":{"data":[],"metadata":{}}}""")]
    [InlineData("""{"data":{"data":{"value":"x"},"metadata":{"version":"one"}}}""")]
    [InlineData("""{"data":{"value":"of version 1 of the engine"}}""")]
    [InlineData("""{"data":{"versions":[1],"keys":7}}""")]
    public async Task What_is_no_Vault_is_told_and_never_crashes_anything(string answer)
    {
        _server.Impostor = answer;
        foreach (var open in new Func<VaultStore>[] { ByToken, ByRole })
        {
            using var store = open();
            Func<Task>[] calls =
            [
                () => store.Latest("a/KEY", Cancel), () => store.Read(new("vault", "a/KEY", 1), Cancel), () => store.Keep("a/KEY", "two", "me", Cancel),
                () => store.List("a/", Cancel), () => store.Retire(new("vault", "a/KEY", 1), "me", Cancel),
            ];
            foreach (var call in calls)
                Assert.True(await Record.ExceptionAsync(call) is null or SecretStoreException);
        }
    }

    [Fact]
    public async Task A_namespace_and_a_prefix_go_along()
    {
        _server.Namespace = "team-a";
        using var store = new VaultStore(Declaration() with { TokenFile = "token", Namespace = "team-a", Prefix = "apps/shop" }, _folder.Path);
        await store.Keep("a/KEY", "one", "me", Cancel);
        using var whole = new VaultStore(Declaration() with { TokenFile = "token", Namespace = "team-a" }, _folder.Path);
        Assert.Equal("one", await whole.Read(new("vault", "apps/shop/a/KEY", 1), Cancel));
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static async Task Eventually(Func<Task<bool>> condition)
    {
        using var late = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        late.CancelAfter(TimeSpan.FromSeconds(30));
        while (!await condition())
            await Task.Delay(20, late.Token);
    }

    private SecretStoreDeclaration Declaration()
        => new() { Name = "vault", Kind = SecretStoreKind.Vault, Address = _server.Address.ToString(), Mount = "secret", Timeout = TimeSpan.FromSeconds(10) };

    private VaultStore ByToken() => new(Declaration() with { TokenFile = "token" }, _folder.Path);

    private VaultStore ByRole() => new(Declaration() with { RoleId = "shop", SecretIdFile = "secret-id" }, _folder.Path);
}

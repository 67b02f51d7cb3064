using System.Net.Http.Headers;
using System.Text.Json;
using Courier.Tests.Store;

namespace Courier.Tests.Processes;

/// <summary>Who is let in by the API: by its keys, by tokens of its keys.</summary>
public sealed class TokenTests : IDisposable
{
    private const string Key = "the-key-of-callers";
    private readonly TempDatabase _database = new();
    private readonly TestKey _old = TestKey.Ec("old");
    private readonly TestKey _new = TestKey.Rsa("new");

    public void Dispose() => _database.Dispose();

    [Fact]
    public async Task A_token_outlives_the_announcement_and_the_switch_of_keys_and_ends_with_its_own()
    {
        string token;
        await using (var before = await StartAsync(TestKey.Set(_old)))
        {
            token = await TokenAsync(before);
            Assert.Equal(200, await CallAsync(before, token));
        }

        await using (var announced = await StartAsync(TestKey.Set(_old, _new)))
        {
            Assert.Equal(200, await CallAsync(announced, token));
            Assert.Equal("old", Header(await TokenAsync(announced)).GetProperty("kid").GetString());
            Assert.Equal(200, await CallAsync(announced, _new.Token()));
        }

        await using (var switched = await StartAsync(TestKey.Set(_new, _old)))
        {
            Assert.Equal(200, await CallAsync(switched, token));
            var fresh = await TokenAsync(switched);
            Assert.Equal(("new", "RS256"), (Header(fresh).GetProperty("kid").GetString(), Header(fresh).GetProperty("alg").GetString()));
            Assert.Equal(200, await CallAsync(switched, fresh));
        }

        await using var dropped = await StartAsync(TestKey.Set(_new));
        Assert.Equal(401, await CallAsync(dropped, token));
        Assert.Equal(200, await CallAsync(dropped, await TokenAsync(dropped)));
    }

    [Fact]
    public async Task What_is_no_token_of_ours_is_refused()
    {
        await using var api = await StartAsync(TestKey.Set(_old, _new));
        var good = await TokenAsync(api);
        var parts = good.Split('.');
        var stranger = TestKey.Ec("old");
        Assert.Equal(200, await CallAsync(api, good));
        Assert.Equal(200, await CallAsync(api, _old.Token(secondsLeft: -5)));
        foreach (var (what, token) in new (string, string)[]
        {
            ("another body", $"{parts[0]}.{_old.Token().Split('.')[1]}.{parts[2]}"),
            ("another header", $"{_new.Token().Split('.')[0]}.{parts[1]}.{parts[2]}"),
            ("no signature", $"{parts[0]}.{parts[1]}."),
            ("no three parts", parts[0]),
            ("nonsense", "nonsense"),
            ("nothing", ""),
            ("expired", _old.Token(secondsLeft: -60)),
            ("alg none", _old.Token(algorithm: "none")),
            ("the public key as a secret", _old.Token(algorithm: "HS256")),
            ("the public RSA key as a secret", _new.Token(algorithm: "HS256")),
            ("an algorithm that is not the key's", _new.Token(algorithm: "PS256")),
            ("an unknown key", _old.Token(id: "elsewhere")),
            ("no key named", _old.Token(id: "")),
            ("another's key", _old.Token(id: "new")),
            ("a stranger's key under our name", stranger.Token()),
            ("another issuer", _old.Token(issuer: "elsewhere")),
            ("another audience", _old.Token(audience: "elsewhere")),
            ("very long", new string('x', 20_000)),
        })
            Assert.True(await CallAsync(api, token) == 401, what);
    }

    [Fact]
    public async Task Only_the_key_gives_a_token()
    {
        await using var api = await StartAsync(TestKey.Set(_old));
        var token = await TokenAsync(api);
        Assert.Equal(401, (await api.PostAsync("/v1/tokens", "{}")).Status);
        Assert.Equal(401, (await api.PostAsync("/v1/tokens", "{}", ("Authorization", "Bearer " + token))).Status);
        Assert.Equal(401, (await api.PostAsync("/v1/tokens", "{}", ("Authorization", "Basic " + Key))).Status);
        var (status, made) = await api.PostAsync("/v1/tokens", """{"subject":"shop"}""", ("Authorization", "Bearer " + Key));
        Assert.Equal(201, status);
        Assert.Equal("shop", Body(made.GetProperty("token").GetString()!).GetProperty("sub").GetString());
        var left = made.GetProperty("expiresAt").GetDateTimeOffset() - TimeProvider.System.GetUtcNow();
        Assert.InRange(left, TimeSpan.FromMinutes(10), TimeSpan.FromMinutes(16));
        Assert.Equal(422, (await api.PostAsync("/v1/tokens", """{"subject":"","more":1}""", ("Authorization", "Bearer " + Key))).Status);
    }

    [Fact]
    public async Task The_published_keys_are_the_public_halves_alone()
    {
        await using var api = await StartAsync(TestKey.Set(_old, _new));
        var (status, set) = await api.GetAsync("/.well-known/jwks.json");
        Assert.Equal(200, status);
        var keys = set.GetProperty("keys").EnumerateArray().ToList();
        Assert.Equal(["old", "new"], keys.Select(static key => key.GetProperty("kid").GetString()!));
        Assert.Equal(["kty", "use", "alg", "kid", "crv", "x", "y"], keys[0].EnumerateObject().Select(static member => member.Name));
        Assert.Equal(["kty", "use", "alg", "kid", "n", "e"], keys[1].EnumerateObject().Select(static member => member.Name));
    }

    [Fact]
    public async Task Without_keys_there_are_no_tokens_and_the_API_is_as_open_as_it_was()
    {
        await using var api = await CourierRun.StartAsync("Courier.Api", _database.Path);
        Assert.Equal(404, (await api.PostAsync("/v1/tokens", "")).Status);
        Assert.Equal(404, (await api.GetAsync("/.well-known/jwks.json")).Status);
        Assert.Equal(200, await CallAsync(api, _old.Token()));
    }

    [Fact]
    public async Task On_a_laptop_without_a_key_who_shows_nothing_may_call_and_who_shows_a_wrong_token_may_not()
    {
        await using var api = await CourierRun.StartAsync("Courier.Api", _database.Path, ("API__SIGNING_KEYS", TestKey.Set(_old)));
        Assert.Equal(200, (await api.GetAsync("/v1/messages")).Status);
        Assert.Equal(200, await CallAsync(api, (await api.PostAsync("/v1/tokens", "{}")).Body.GetProperty("token").GetString()!));
        Assert.Equal(401, await CallAsync(api, TestKey.Ec("old").Token()));
    }

    [Theory]
    [InlineData("API__KEY_NEXT")]
    [InlineData("API__KEY_PREVIOUS")]
    public async Task The_key_that_comes_and_the_one_that_goes_let_in_as_long_as_they_are_given(string name)
    {
        await using (var both = await CourierRun.StartAsync("Courier.Api", _database.Path, ("API__KEY", Key), (name, "the-other-key")))
        {
            Assert.Equal(200, await CallAsync(both, Key));
            Assert.Equal(200, await CallAsync(both, "the-other-key"));
            Assert.Equal(401, await CallAsync(both, "the-other"));
            Assert.Equal(401, (await both.GetAsync("/v1/messages")).Status);
        }

        await using var one = await CourierRun.StartAsync("Courier.Api", _database.Path, ("API__KEY", Key));
        Assert.Equal(401, await CallAsync(one, "the-other-key"));
    }

    [Theory]
    [InlineData("hunter2")]
    [InlineData("""{"keys":[]}""")]
    [InlineData("""{"keys":[{"kty":"oct","kid":"1","k":"aHVudGVyMg"}]}""")]
    [InlineData("""{"keys":[{"kty":"EC","kid":"1","crv":"P-256","x":"aHVudGVyMg","y":"aHVudGVyMg","d":"aHVudGVyMg"}]}""")]
    [InlineData("""{"keys":[{"kty":"RSA","kid":"1","n":"aHVudGVyMg","e":"AQAB","d":"aHVudGVyMg"}]}""")]
    public async Task Keys_that_cannot_be_used_end_the_start_and_are_not_quoted(string keys)
    {
        await using var run = CourierRun.Launch("Courier.Api", _database.Path, ("API__SIGNING_KEYS", keys));
        Assert.Equal(2, await run.ExitAsync());
        var told = string.Join('\n', run.Errors);
        Assert.Contains("API__SIGNING_KEYS cannot be used. It must be a JSON Web Key Set", told, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", told, StringComparison.Ordinal);
        Assert.DoesNotContain("aHVudGVyMg", told, StringComparison.Ordinal);
    }

    private Task<CourierRun> StartAsync(string keys)
        => CourierRun.StartAsync("Courier.Api", _database.Path, ("API__KEY", Key), ("API__SIGNING_KEYS", keys), ("SLIPWAY_ENVIRONMENT", "staging"));

    private static async Task<string> TokenAsync(CourierRun api)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/tokens") { Headers = { Authorization = new AuthenticationHeaderValue("Bearer", Key) } };
        var (status, made) = await CourierRun.ReadAsync(await api.Client.SendAsync(request));
        Assert.Equal(201, status);
        return made.GetProperty("token").GetString()!;
    }

    private static async Task<int> CallAsync(CourierRun api, string shown)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/messages?limit=1");
        request.Headers.TryAddWithoutValidation("Authorization", "Bearer " + shown);
        return (await CourierRun.ReadAsync(await api.Client.SendAsync(request))).Status;
    }

    private static JsonElement Header(string token) => Part(token, 0);

    private static JsonElement Body(string token) => Part(token, 1);

    private static JsonElement Part(string token, int part) => JsonElement.Parse(System.Buffers.Text.Base64Url.DecodeFromChars(token.Split('.')[part]));
}

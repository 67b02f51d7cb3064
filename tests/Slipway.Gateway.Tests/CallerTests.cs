using System.Security.Cryptography;
using System.Text;
using Slipway.Core.Manifests;
using static Slipway.Gateway.Tests.Tables;

namespace Slipway.Gateway.Tests;

public sealed class CallerTests(SharedGateway gateway) : IClassFixture<SharedGateway>, IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("callers").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("ES256")]
    [InlineData("RS256")]
    public async Task A_token_of_the_issuer_is_let_in_and_the_application_is_told_who_it_is(string algorithm)
    {
        using var issuer = new Issuer();
        await using var backend = await Tokens(issuer.Keys);
        using var client = await RawPeer.Connect(gateway.Port);
        var token = issuer.Token(Issuer.Claims("alice, of 50%"), algorithm);
        for (var i = 0; i < 2; i++)
            Assert.StartsWith("HTTP/1.1 200", await client.Ask(With($"Authorization: Bearer {token}\r\nX-Forwarded-User: root\r\nX-Forwarded-Groups: admin")));
        foreach (var head in backend.Heads)
        {
            Assert.Contains("X-Forwarded-User: alice%2C%20of%2050%25\r\n", head);
            Assert.DoesNotContain("root", head);
            Assert.DoesNotContain("admin", head);
            Assert.Contains($"Authorization: Bearer {token}\r\n", head);
        }
    }

    [Fact]
    public async Task Whoever_brings_nothing_is_told_what_to_bring()
    {
        using var issuer = new Issuer();
        await using var backend = await Tokens(issuer.Keys);
        using var client = await RawPeer.Connect(gateway.Port);
        var answer = await client.Ask(With("X-Nothing: 1"));
        Assert.StartsWith("HTTP/1.1 401", answer);
        Assert.Contains("WWW-Authenticate: Bearer realm=\"web\"\r\n", answer);
        Assert.Contains("application/problem+json", answer);
        Assert.Empty(backend.Heads);
        Assert.Contains("refusals_total{reason=\"Caller\"}", await gateway.Gateway.Admin.GetStringAsync("metrics"));
    }

    public static TheoryData<string> Forgeries =>
    [
        "of another issuer", "for another audience", "without an end", "expired", "not yet", "of nobody", "changed", "unsigned", "by the public key",
        "by the other algorithm", "of an unknown key", "that must be understood", "with two algorithms", "no token", "by another key of the same name", "too long", "two of them",
    ];

    [Theory]
    [MemberData(nameof(Forgeries))]
    public async Task No_other_token_is_let_in(string what)
    {
        using var issuer = new Issuer();
        using var other = new Issuer();
        await using var backend = await Tokens(issuer.Keys);
        using var client = await RawPeer.Connect(gateway.Port);
        var claims = Issuer.Claims();
        var good = issuer.Token(claims);
        var token = what switch
        {
            "of another issuer" => issuer.Token(new(claims) { ["iss"] = "https://evil.example.org" }),
            "for another audience" => issuer.Token(new(claims) { ["aud"] = new[] { "bank", "shopping" } }),
            "without an end" => issuer.Token(new(claims.Where(claim => claim.Key != "exp"))),
            "expired" => issuer.Token(Issuer.Claims(seconds: -31)),
            "not yet" => issuer.Token(new(claims) { ["nbf"] = DateTimeOffset.UtcNow.ToUnixTimeSeconds() + 90 }),
            "of nobody" => issuer.Token(new(claims.Where(claim => claim.Key != "sub"))),
            "changed" => good.Split('.') is [var head, _, var signature] ? $"{head}.{issuer.Token(Issuer.Claims("root")).Split('.')[1]}.{signature}" : "",
            "unsigned" => Issuer.Sign("""{"alg":"none","kid":"ec"}""", claims, _ => []),
            "by the public key" => Issuer.Sign("""{"alg":"HS256","kid":"rsa"}""", claims, text => HMACSHA256.HashData(issuer.RsaPublic, text)),
            "by the other algorithm" => Issuer.Sign("""{"alg":"RS256","kid":"ec"}""", claims, issuer.SignRsa),
            "of an unknown key" => issuer.Token(claims, kid: "ec-2"),
            "that must be understood" => Issuer.Sign("""{"alg":"ES256","kid":"ec","crit":["b64"],"b64":false}""", claims, issuer.SignEc),
            "with two algorithms" => Issuer.Sign("""{"alg":"none","alg":"ES256","kid":"ec"}""", claims, issuer.SignEc),
            "by another key of the same name" => other.Token(claims),
            "too long" => issuer.Token(new(claims) { ["padding"] = new string('x', 8 * 1024) }),
            "two of them" => $"{good}\r\nAuthorization: Bearer {good}",
            _ => "abc",
        };
        var answer = await client.Ask(With($"Authorization: Bearer {token}"));
        Assert.StartsWith("HTTP/1.1 401", answer);
        Assert.Contains(what == "expired" ? "The token has expired" : "invalid_token", answer);
        Assert.Empty(backend.Heads);
        Assert.DoesNotContain(good.Split('.')[2], gateway.Gateway.Log);
    }

    [Fact]
    public async Task Clocks_may_differ_a_little_and_several_audiences_and_no_key_id_will_do()
    {
        using var issuer = new Issuer();
        await using var backend = await Tokens(Issuer.Set("""{"kty":"OKP","crv":"Ed25519","x":"AA","kid":"ed"}""", issuer.EcKey("ec")));
        using var client = await RawPeer.Connect(gateway.Port);
        var late = new Dictionary<string, object>(Issuer.Claims(seconds: -15)) { ["aud"] = new[] { "bank", Issuer.Audience } };
        Assert.StartsWith("HTTP/1.1 200", await client.Ask(With($"Authorization: bearer {Issuer.Sign("""{"alg":"ES256"}""", late, issuer.SignEc)}")));
    }

    [Fact]
    public async Task A_route_asks_for_one_of_its_roles()
    {
        using var issuer = new Issuer();
        await using var backend = await Tokens(issuer.Keys, roles: "admin,support");
        using var client = await RawPeer.Connect(gateway.Port);
        var user = issuer.Token(new(Issuer.Claims()) { ["roles"] = "user administrator" });
        var support = issuer.Token(new(Issuer.Claims()) { ["roles"] = new[] { "user", "support" } });
        Assert.StartsWith("HTTP/1.1 403", await client.Ask(With($"Authorization: Bearer {user}")));
        Assert.StartsWith("HTTP/1.1 200", await client.Ask(With($"Authorization: Bearer {support}")));
        Assert.Contains("X-Forwarded-Groups: user,support\r\n", Assert.Single(backend.Heads));
    }

    [Fact]
    public async Task Keys_of_an_address_follow_a_rotation_and_are_known_when_the_issuer_is_down()
    {
        using var issuer = new Issuer();
        using var next = new Issuer();
        var published = issuer.Keys;
        await using var home = new OwnHome();
        await using var backend = RawBackend.Saying("ok");
        var token = issuer.Token(Issuer.Claims());
        Route route;
        await using (var keys = RawBackend.Each(async (peer, _) => await peer.Send($"HTTP/1.1 200 OK\r\nContent-Length: {published.Length}\r\n\r\n{published}")))
        {
            route = Tables.Route() with { Protection = new() { Callers = Plan($"http://127.0.0.1:{keys.Port}/jwks.json") } };
            await using var one = await GatewayProcess.Start(home.Path);
            await one.Put(Service("web", route, Release(Blue, 1, backend.Port)));
            await Eventually.True(async () => await Ask(one.Port, token) == 200, () => "the keys are there");
            published = Issuer.Set(next.EcKey("ec-2"), issuer.EcKey("ec"));
            await Eventually.True(async () => await Ask(one.Port, next.Token(Issuer.Claims(), kid: "ec-2")) == 200, () => "the new key is known");
            Assert.Equal(200, await Ask(one.Port, token));
        }
        // Nobody answers there any more, and another gateway starts: it knows the keys that were last seen.
        await using var two = await GatewayProcess.Start(home.Path);
        Assert.Equal(200, await Ask(two.Port, token));
        await Eventually.True(() => two.Log.Contains("signing keys cannot be had", StringComparison.Ordinal), "it is said that the issuer is down");
    }

    [Fact]
    public async Task Without_keys_nobody_is_let_in_and_it_is_no_fault_of_theirs()
    {
        using var issuer = new Issuer();
        await using var backend = await Route(Plan("/nowhere/jwks.json"));
        using var client = await RawPeer.Connect(gateway.Port);
        var answer = await client.Ask(With($"Authorization: Bearer {issuer.Token(Issuer.Claims())}"));
        Assert.StartsWith("HTTP/1.1 503", answer);
        Assert.Contains("Retry-After", answer);
        Assert.Empty(backend.Heads);
    }

    [Fact]
    public async Task A_key_is_known_by_its_hash_and_does_not_reach_the_application()
    {
        var file = Path.Combine(_folder, "callers");
        await File.WriteAllTextAsync(file, $"# those who may\nbilling {Hash("k-1")} read,write\n\nmetrics {Hash("k-2").ToUpperInvariant()}\n");
        await using var backend = await Route(new(CallerProof.Key, file, null, null, null, "roles", TimeSpan.Zero));
        using var client = await RawPeer.Connect(gateway.Port);
        Assert.StartsWith("HTTP/1.1 200", await client.Ask(With("X-Api-Key: k-1")));
        Assert.StartsWith("HTTP/1.1 200", await client.Ask(With("Authorization: Bearer k-2")));
        Assert.StartsWith("HTTP/1.1 401", await client.Ask(With("X-Api-Key: k-3")));
        Assert.StartsWith("HTTP/1.1 401", await client.Ask(With("X-Api-Key: k-1\r\nAuthorization: Bearer k-1")));
        Assert.Collection(backend.Heads,
            head => Assert.Contains("X-Forwarded-User: billing\r\nX-Forwarded-Groups: read,write\r\n", head),
            head => Assert.Contains("X-Forwarded-User: metrics\r\n", head));
        Assert.All(backend.Heads, head => Assert.DoesNotContain("k-", head));

        await File.WriteAllTextAsync(file, "billing of course\n");
        await Eventually.True(() => gateway.Gateway.Log.Contains("Line 1 is not NAME SHA256", StringComparison.Ordinal), "the damage is logged");
        Assert.StartsWith("HTTP/1.1 200", await client.Ask(With("X-Api-Key: k-1")));
        await File.WriteAllTextAsync(file, $"billing {Hash("k-4")}\n");
        await Eventually.True(async () => (await client.Ask(With("X-Api-Key: k-4"))).StartsWith("HTTP/1.1 200", StringComparison.Ordinal), () => "the new key is known");
        Assert.StartsWith("HTTP/1.1 401", await client.Ask(With("X-Api-Key: k-1")));
    }

    [Fact]
    public async Task A_browser_asks_for_the_name_and_key_of_a_preview()
    {
        var file = Path.Combine(_folder, "callers");
        await File.WriteAllTextAsync(file, $"preview {Hash("s3cret:with colon")}\nother {Hash("k")}\n");
        await using var backend = await Route(new(CallerProof.Basic, file, null, null, null, "roles", TimeSpan.Zero));
        using var client = await RawPeer.Connect(gateway.Port);
        Assert.Contains("WWW-Authenticate: Basic realm=\"web\", charset=\"UTF-8\"\r\n", await client.Ask(With("X-Nothing: 1")));
        Assert.StartsWith("HTTP/1.1 200", await client.Ask(With($"Authorization: Basic {Base64("preview:s3cret:with colon")}")));
        foreach (var wrong in (string[])[Base64("other:s3cret:with colon"), Base64("preview:k"), Base64("preview:"), Base64("preview"), "!!", new string('A', 4000)])
            Assert.StartsWith("HTTP/1.1 401", await client.Ask(With($"Authorization: Basic {wrong}")));
        Assert.DoesNotContain("Authorization", Assert.Single(backend.Heads));
    }

    [Fact]
    public async Task A_limit_by_caller_counts_each_of_them()
    {
        var file = Path.Combine(_folder, "callers");
        await File.WriteAllTextAsync(file, $"one {Hash("k-1")}\ntwo {Hash("k-2")}\n");
        await using var backend = RawBackend.Saying("ok");
        await Put(backend, new()
        {
            Callers = new(CallerProof.Key, file, null, null, null, "roles", TimeSpan.Zero),
            Limit = new(1, TimeSpan.FromHours(1), 1, LimitBy.Caller, null),
        });
        using var client = await RawPeer.Connect(gateway.Port);
        Assert.StartsWith("HTTP/1.1 200", await client.Ask(With("X-Api-Key: k-1")));
        Assert.StartsWith("HTTP/1.1 429", await client.Ask(With("X-Api-Key: k-1")));
        Assert.StartsWith("HTTP/1.1 200", await client.Ask(With("X-Api-Key: k-2")));
    }

    private static string With(string fields) => $"GET / HTTP/1.1\r\nHost: x\r\n{fields}\r\n\r\n";

    private static string Hash(string key) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)));

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    private static CallerPlan Plan(string keys, string? roles = null)
        => new(CallerProof.Jwt, keys, Issuer.Name, Issuer.Audience, roles, "roles", TimeSpan.FromSeconds(30));

    private static async Task<int> Ask(int port, string token)
    {
        using var client = await RawPeer.Connect(port);
        return int.Parse((await client.Ask(With($"Authorization: Bearer {token}")))[9..12]);
    }

    private Task<RawBackend> Tokens(string keys, string? roles = null)
    {
        var file = Path.Combine(_folder, "jwks.json");
        File.WriteAllText(file, keys);
        return Route(Plan(file, roles));
    }

    private async Task<RawBackend> Route(CallerPlan plan)
    {
        var backend = RawBackend.Saying("ok");
        await Put(backend, new() { Callers = plan });
        return backend;
    }

    private Task Put(RawBackend backend, RouteProtection protection)
        => gateway.Put(Service("web", Tables.Route() with { Protection = protection }, Release(SharedGateway.NewRelease(), 1, backend.Port)));

    private sealed class OwnHome : IAsyncDisposable
    {
        public string Path { get; } = Directory.CreateTempSubdirectory("gw").FullName;

        public ValueTask DisposeAsync()
        {
            Directory.Delete(Path, recursive: true);
            return ValueTask.CompletedTask;
        }
    }
}

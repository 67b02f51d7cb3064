using Slipway.Core.Manifests;
using static Slipway.Gateway.Tests.Tables;

namespace Slipway.Gateway.Tests;

public sealed class GuardTests(SharedGateway gateway) : IClassFixture<SharedGateway>
{
    private const string Get = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
    private const string Attack = "GET /?id=1%27%20or%20%271%27=%271 HTTP/1.1\r\nHost: x\r\n\r\n";

    [Fact]
    public async Task Requests_beyond_the_limit_are_told_when_to_come_again()
    {
        await using var backend = await Route(new() { Limit = new(1, TimeSpan.FromHours(1), 2, LimitBy.Client, null) });
        using var client = await RawPeer.Connect(gateway.Port);
        var first = await client.Ask(Get);
        Assert.StartsWith("HTTP/1.1 200", first);
        Assert.Contains("RateLimit-Policy: \"default\";q=1;w=3600\r\nRateLimit: \"default\";r=1;t=3600\r\n", first);
        Assert.StartsWith("HTTP/1.1 200", await client.Ask(Get));
        var refused = await client.Ask(Get);
        Assert.StartsWith("HTTP/1.1 429", refused);
        Assert.Contains("Retry-After: 3600\r\n", refused);
        Assert.Contains("application/problem+json", refused);
        Assert.StartsWith("HTTP/1.1 429", await client.Ask(Get));
        Assert.Equal(2, backend.Heads.Count);
        Assert.Contains("refusals_total{reason=\"RateLimit\"}", await gateway.Gateway.Admin.GetStringAsync("metrics"));
        await Eventually.True(() => gateway.Gateway.Log.Contains("more requests than the limit", StringComparison.Ordinal), "the refusal is logged");
    }

    [Fact]
    public async Task A_limit_counts_on_when_another_table_comes_and_by_field_each_value_is_a_client()
    {
        await using var backend = RawBackend.Saying("ok");
        var limit = new RateLimit(1, TimeSpan.FromHours(1), 1, LimitBy.Field, "X-Api-Key");
        using var client = await RawPeer.Connect(gateway.Port);
        for (var i = 0; i < 2; i++)
        {
            await Put(backend, new() { Limit = limit });
            foreach (var key in (string[])["one", "two"])
                Assert.StartsWith(i == 0 ? "HTTP/1.1 200" : "HTTP/1.1 429", await client.Ask($"GET / HTTP/1.1\r\nHost: x\r\nx-api-key: {key}\r\n\r\n"));
        }
    }

    [Theory]
    [InlineData("127.0.0.0/8", null, "200")]
    [InlineData("10.0.0.0/8", null, "403")]
    [InlineData(null, "127.0.0.1", "403")]
    [InlineData("127.0.0.0/8", "127.0.0.1", "403")]
    [InlineData(null, "10.0.0.0/8", "200")]
    public async Task Only_allowed_addresses_may_ask(string? allow, string? deny, string status)
    {
        await using var backend = await Route(new() { Allow = allow, Deny = deny });
        using var client = await RawPeer.Connect(gateway.Port);
        Assert.StartsWith($"HTTP/1.1 {status}", await client.Ask(Get));
    }

    [Theory]
    [InlineData(Attack)]
    [InlineData("GET /files?name=..%2f..%2fetc%2fpasswd HTTP/1.1\r\nHost: x\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: x\r\nX-Search: <script>alert(1)</script>\r\n\r\n")]
    [InlineData("POST / HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 31\r\n\r\n{\"name\":\"1' or '1'='1' -- more\"}")]
    [InlineData("POST / HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nTransfer-Encoding: chunked\r\n\r\n8\r\na=%3Cscr\r\n16\r\nipt%3Ealert(1)%3C/scri\r\n6\r\npt%3Eb\r\n0\r\n\r\n")]
    [InlineData("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 17\r\n\r\na=; cat /etc/pass")]
    public async Task An_attack_is_refused_before_the_application_sees_it(string request)
    {
        await using var backend = await Route(new() { Validation = new(ValidationMode.Block, null) });
        using var client = await RawPeer.Connect(gateway.Port);
        var answer = await client.Ask(request);
        Assert.StartsWith("HTTP/1.1 403", answer);
        Assert.Contains("looks like an attack", answer);
        Assert.Empty(backend.Heads);
    }

    [Fact]
    public async Task Detection_lets_an_attack_pass_and_says_so_with_its_score_and_reason()
    {
        await using var backend = await Route(new() { Validation = new(ValidationMode.Detect, null) });
        using var client = await RawPeer.Connect(gateway.Port);
        Assert.StartsWith("HTTP/1.1 200", await client.Ask(Attack.Replace("Host: x", "Host: x\r\nX-Request-Id: seen-1", StringComparison.Ordinal)));
        await Eventually.True(
            () => gateway.Gateway.Log.Split('\n').Any(line => line.Contains("looks like an attack", StringComparison.Ordinal) && line.Contains("SqlInjection", StringComparison.Ordinal) && line.Contains("\"score\"", StringComparison.Ordinal) && line.Contains("seen-1", StringComparison.Ordinal)),
            "the finding is logged");
        Assert.DoesNotContain("' or '", gateway.Gateway.Log);
    }

    [Fact]
    public async Task An_exception_of_the_route_lets_its_class_pass_and_no_other()
    {
        await using var backend = await Route(new() { Validation = new(ValidationMode.Block, "Sql") });
        using var client = await RawPeer.Connect(gateway.Port);
        Assert.StartsWith("HTTP/1.1 200", await client.Ask(Attack));
        Assert.StartsWith("HTTP/1.1 403", await client.Ask("GET /?q=%3Cscript%3Ealert(1)%3C/script%3E HTTP/1.1\r\nHost: x\r\n\r\n"));
    }

    [Fact]
    public async Task What_passes_by_an_exception_or_as_a_cookie_hides_nothing_behind_it()
    {
        await using var backend = await Route(new() { Validation = new(ValidationMode.Block, "Path") });
        using (var client = await RawPeer.Connect(gateway.Port))
        {
            Assert.StartsWith("HTTP/1.1 200", await client.Ask("GET /?q=..%2f..%2fetc%2fpasswd HTTP/1.1\r\nHost: x\r\n\r\n"));
            Assert.StartsWith("HTTP/1.1 403", await client.Ask("GET /?q=..%2f..%2fetc%2fpasswd%3bcat%20/etc/shadow HTTP/1.1\r\nHost: x\r\n\r\n"));
        }
        // The name of a cookie is not judged; the same text in another field of six letters is.
        using var other = await RawPeer.Connect(gateway.Port);
        Assert.StartsWith("HTTP/1.1 200", await other.Ask("GET / HTTP/1.1\r\nHost: x\r\nCookie: <script>alert(1)</script>=1\r\n\r\n"));
        Assert.StartsWith("HTTP/1.1 403", await other.Ask("GET / HTTP/1.1\r\nHost: x\r\nX-Name: <script>alert(1)</script>=1\r\n\r\n"));
    }

    [Fact]
    public async Task A_harmless_body_reaches_the_application_whole_however_it_comes()
    {
        await using var backend = RawBackend.Each(async (peer, head) =>
        {
            var text = head.Contains("chunked", StringComparison.OrdinalIgnoreCase) ? await ReadChunks(peer) : await peer.Read(LengthOf(head));
            await peer.Send($"HTTP/1.1 200 OK\r\nContent-Length: {text.Length}\r\n\r\n{text}");
        });
        await Put(backend, new() { Validation = new(ValidationMode.Block, null) });
        using var client = await RawPeer.Connect(gateway.Port);
        var text = "It's 5 o'clock; select a seat, or drop by. ";
        var large = string.Concat(Enumerable.Repeat(text, 4000));
        foreach (var body in (string[])[text, large])
        {
            await client.Send($"POST / HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\nContent-Length: {body.Length}\r\n\r\n");
            await client.Send(body[..10]);
            await client.Send(body[10..]);
            Assert.EndsWith(body, await client.ReadAnswer());
            await client.Send($"POST / HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n{body.Length:x}\r\n{body}\r\n0\r\n\r\n");
            Assert.EndsWith(body, await client.ReadAnswer());
        }
    }

    [Fact]
    public async Task A_client_that_waits_for_100_is_told_to_go_on_before_its_body_is_judged()
    {
        await using var backend = await Route(new() { Validation = new(ValidationMode.Block, null) });
        using var client = await RawPeer.Connect(gateway.Port);
        await client.Send("POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 100", await client.ReadHead());
        Assert.EndsWith("ok", await client.Ask("hello"));
        Assert.DoesNotContain("Expect", Assert.Single(backend.Heads));
    }

    [Fact]
    public async Task Security_fields_are_said_where_the_application_does_not_say_them()
    {
        await using var backend = RawBackend.Answering("HTTP/1.1 200 OK\r\nReferrer-Policy: no-referrer\r\nContent-Length: 2\r\n\r\nok");
        await Put(backend, new() { Headers = new("script-src 'nonce-{nonce}'", TimeSpan.FromDays(1), FramePolicy.Same) });
        using var client = await RawPeer.Connect(gateway.Port);
        var answer = await client.Ask("GET / HTTP/1.1\r\nHost: x\r\nX-Csp-Nonce: mine\r\n\r\n");
        Assert.Contains("\r\nX-Content-Type-Options: nosniff\r\n", answer);
        Assert.Contains("\r\nX-Frame-Options: SAMEORIGIN\r\n", answer);
        Assert.Contains("\r\nReferrer-Policy: no-referrer\r\n", answer);
        Assert.DoesNotContain("strict-origin", answer);
        Assert.DoesNotContain("Strict-Transport-Security", answer);
        var told = backend.Heads.Single().Split("\r\n").Single(line => line.StartsWith("X-Csp-Nonce: ", StringComparison.Ordinal))[13..];
        Assert.Equal(24, told.Length);
        Assert.Contains($"Content-Security-Policy: script-src 'nonce-{told}'\r\n", answer);
        Assert.DoesNotContain(told, await client.Ask(Get));
    }

    private static int LengthOf(string head)
    {
        var at = head.IndexOf("Content-Length: ", StringComparison.Ordinal) + 16;
        return int.Parse(head[at..head.IndexOf('\r', at)]);
    }

    private static async Task<string> ReadChunks(RawPeer peer)
    {
        var body = "";
        while (true)
        {
            var line = "";
            while (!line.EndsWith("\r\n", StringComparison.Ordinal))
                line += await peer.Read(1);
            var size = Convert.ToInt32(line.Trim(), 16);
            body += await peer.Read(size);
            await peer.Read(2);
            if (size == 0)
                return body;
        }
    }

    [Theory]
    [InlineData("block", 2, "403")]
    [InlineData("deny", 3, "403")]
    [InlineData("looser", 4, "200")]
    [InlineData("same", 5, "200")]
    [InlineData("none", 6, "200")]
    public async Task A_request_that_waited_is_asked_again_by_other_rules_and_counted_once(string next, int hours, string status)
    {
        var rules = new RouteProtection { Limit = new(1, TimeSpan.FromHours(hours), 1, LimitBy.Route, null), Validation = new(ValidationMode.Detect, null) };
        await using var backend = RawBackend.Saying("ok");
        await Put([], rules);
        using var client = await RawPeer.Connect(gateway.Port);
        await client.Send(
            $"POST / HTTP/1.1\r\nHost: x\r\nX-Request-Id: waits-{next}\r\nContent-Type: application/x-www-form-urlencoded\r\nTransfer-Encoding: chunked\r\n\r\n"
            + "8\r\na=%3Cscr\r\n16\r\nipt%3Ealert(1)%3C/scri\r\n6\r\npt%3Eb\r\n0\r\n\r\n");
        await Eventually.True(() => gateway.Gateway.Log.Contains($"waits-{next}", StringComparison.Ordinal), "it was let through, and waits for an instance");
        await Put([backend.Port], next switch
        {
            "block" => rules with { Validation = new(ValidationMode.Block, null) },
            "deny" => new() { Deny = "127.0.0.0/8" },
            "looser" => rules with { Validation = null },
            "same" => rules with { },
            _ => null,
        });
        var answer = await client.ReadAnswer();
        Assert.StartsWith($"HTTP/1.1 {status}", answer);
        Assert.Equal(next is "same" or "looser" or "block", answer.Contains("RateLimit: \"default\";r=0;", StringComparison.Ordinal));
        Assert.Equal(status == "200", !backend.Heads.IsEmpty);
    }

    private async Task<RawBackend> Route(RouteProtection protection)
    {
        var backend = RawBackend.Saying("ok");
        await Put(backend, protection);
        return backend;
    }

    private Task Put(RawBackend backend, RouteProtection protection)
        => gateway.Put(Service("web", Tables.Route() with { Protection = protection }, Release(SharedGateway.NewRelease(), 1, backend.Port)));

    private Task Put(int[] ports, RouteProtection? protection)
        => gateway.Put(Service("web", Tables.Route(hold: TimeSpan.FromSeconds(20)) with { Protection = protection }, Release(SharedGateway.NewRelease(), 1, ports)));
}

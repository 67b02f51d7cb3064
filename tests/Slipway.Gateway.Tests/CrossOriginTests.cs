using Slipway.Core.Manifests;
using static Slipway.Gateway.Tests.Tables;

namespace Slipway.Gateway.Tests;

public sealed class CrossOriginTests(SharedGateway gateway) : IClassFixture<SharedGateway>
{
    private static readonly CrossOriginPlan s_plan = new(
        "https://shop.example.org,https://*.example.net", "GET,PUT", "Content-Type,X-Trace", "X-Total", true, TimeSpan.FromMinutes(10));

    [Fact]
    public async Task A_page_that_may_ask_is_told_so_and_the_applications_own_words_give_way()
    {
        await using var backend = await Route(s_plan);
        using var client = await RawPeer.Connect(gateway.Port);
        var answer = await client.Ask(From("https://shop.example.org"));
        Assert.StartsWith("HTTP/1.1 200", answer);
        Assert.Contains("\r\nAccess-Control-Allow-Origin: https://shop.example.org\r\nAccess-Control-Allow-Credentials: true\r\nAccess-Control-Expose-Headers: X-Total\r\n", answer);
        Assert.Contains("\r\nVary: Origin\r\n", answer);
        Assert.DoesNotContain("Allow-Origin: *", answer);
        Assert.Contains("X-Total: 1", answer);
    }

    [Theory]
    [InlineData("https://shop.example.org", "200")]
    [InlineData("https://a.example.net", "200")]
    [InlineData("http://api.example.org", "200")]
    [InlineData("http://shop.example.org", "403")]
    [InlineData("https://shop.example.org.evil.org", "403")]
    [InlineData("https://a.b.example.net", "403")]
    [InlineData("https://example.net", "403")]
    [InlineData("https://.example.net", "403")]
    [InlineData("https://evil.org/.example.net", "403")]
    [InlineData("https://SHOP.example.org", "403")]
    [InlineData("null", "403")]
    public async Task Only_pages_that_may_ask_reach_the_application(string origin, string status)
    {
        await using var backend = await Route(s_plan);
        using var client = await RawPeer.Connect(gateway.Port);
        Assert.StartsWith($"HTTP/1.1 {status}", await client.Ask(From(origin)));
        Assert.Equal(status == "200" ? 1 : 0, backend.Heads.Count);
    }

    [Fact]
    public async Task Who_is_no_page_of_another_site_passes_and_its_answer_is_kept_apart()
    {
        await using var backend = await Route(s_plan);
        using var client = await RawPeer.Connect(gateway.Port);
        var answer = await client.Ask("GET / HTTP/1.1\r\nHost: api.example.org\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 200", answer);
        Assert.Contains("Vary: Origin\r\n", answer);
        Assert.DoesNotContain("Access-Control", answer);
    }

    [Theory]
    [InlineData("PUT", "content-type, x-trace", "204")]
    [InlineData("PUT", "", "204")]
    [InlineData("DELETE", "", "403")]
    [InlineData("put", "", "403")]
    [InlineData("PUT", "x-other", "403")]
    public async Task A_browser_that_asks_for_leave_is_answered_here(string method, string fields, string status)
    {
        await using var backend = await Route(s_plan);
        using var client = await RawPeer.Connect(gateway.Port);
        var answer = await client.Ask($"OPTIONS / HTTP/1.1\r\nHost: x\r\nOrigin: https://shop.example.org\r\nAccess-Control-Request-Method: {method}\r\nAccess-Control-Request-Headers: {fields}\r\n\r\n");
        Assert.StartsWith($"HTTP/1.1 {status}", answer);
        if (status == "204")
        {
            Assert.Contains("Access-Control-Allow-Methods: GET,PUT\r\nAccess-Control-Allow-Headers: Content-Type,X-Trace\r\nAccess-Control-Max-Age: 600\r\n", answer);
            Assert.DoesNotContain("Content-Length", answer);
            // The connection goes on.
            Assert.StartsWith("HTTP/1.1 200", await client.Ask(From("https://shop.example.org")));
        }
        else
        {
            Assert.DoesNotContain("Allow-Methods", answer);
            Assert.Empty(backend.Heads);
        }
    }

    [Fact]
    public async Task With_a_star_every_page_may_ask_without_its_users_name()
    {
        await using var backend = await Route(new("*", "GET,HEAD,POST", null, null, false, TimeSpan.Zero));
        using var client = await RawPeer.Connect(gateway.Port);
        var answer = await client.Ask(From("https://anybody.example.com"));
        Assert.Contains("Access-Control-Allow-Origin: *\r\n", answer);
        Assert.DoesNotContain("Credentials", answer);
        Assert.DoesNotContain("Vary", answer);
    }

    [Fact]
    public async Task Where_the_gateway_says_nothing_the_application_does()
    {
        await using var backend = await Route(null);
        using var client = await RawPeer.Connect(gateway.Port);
        Assert.Contains("Access-Control-Allow-Origin: *\r\n", await client.Ask(From("https://anybody.example.com")));
        await client.Ask("OPTIONS / HTTP/1.1\r\nHost: x\r\nOrigin: https://a.example\r\nAccess-Control-Request-Method: PUT\r\n\r\n");
        Assert.Contains(backend.Heads, head => head.Contains("Access-Control-Request-Method: PUT\r\n", StringComparison.Ordinal));
    }

    private static string From(string origin) => $"GET / HTTP/1.1\r\nHost: api.example.org\r\nOrigin: {origin}\r\n\r\n";

    private async Task<RawBackend> Route(CrossOriginPlan? plan)
    {
        var backend = RawBackend.Answering("HTTP/1.1 200 OK\r\nAccess-Control-Allow-Origin: *\r\nX-Total: 1\r\nContent-Length: 2\r\n\r\nok");
        var route = Tables.Route() with { Protection = plan is null ? null : new() { CrossOrigin = plan } };
        await gateway.Put(Service("web", route, Release(SharedGateway.NewRelease(), 1, backend.Port)));
        return backend;
    }
}

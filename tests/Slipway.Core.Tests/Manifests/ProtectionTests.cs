using Slipway.Core.Manifests;

namespace Slipway.Core.Tests.Manifests;

public sealed class ProtectionTests
{
    private const string Shop = """
        app: shop
        gateway: { listen: 127.0.0.1:80, protect: { limit: 60, validate: detect, headers: secure, breaker: 5, deny: [203.0.113.0/24] } }
        services:
          api:
            run: ./api
            port: 80
            protocol: http2
            load: { in_flight: 20, queue: 40 }
            routes:
              - /api
              - { path: /open, limit: 0, validate: off, headers: off, breaker: 0, deny: [] }
              - { path: /admin, limit: { requests: 10, by: caller }, priority: high, auth: { by: jwt, keys: https://id.example.org/jwks.json, issuer: https://id.example.org, audience: shop, roles: [admin, support] } }
              - { path: /shop, cors: https://shop.example.org }
        """;

    [Fact]
    public void What_holds_for_all_holds_where_a_route_says_nothing_else()
    {
        var routes = ManifestText.Resolve(Shop).Services[0].Routes;
        Assert.Equal(
            new RouteProtection
            {
                Deny = "203.0.113.0/24",
                Limit = new(60, TimeSpan.FromMinutes(1), 60, LimitBy.Client, null),
                Validation = new(ValidationMode.Detect, null),
                Headers = new(null, TimeSpan.FromDays(365), FramePolicy.Deny),
                Breaker = new(5, TimeSpan.FromSeconds(60)),
            },
            routes[0].Protection);
        Assert.Null(routes[1].Protection);
        Assert.Equal(new(10, TimeSpan.FromMinutes(1), 10, LimitBy.Caller, null), routes[2].Protection!.Limit);
        Assert.Equal(ValidationMode.Detect, routes[2].Protection!.Validation!.Mode);
    }

    [Fact]
    public void Callers_sites_and_load_are_read()
    {
        var api = ManifestText.Resolve(Shop).Services[0];
        Assert.Equal(ServiceProtocol.Http2, api.Protocol);
        Assert.Equal(new LoadPlan(20, 40, TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(10)), api.Load);
        Assert.Equal([RoutePriority.Normal, RoutePriority.Normal, RoutePriority.High, RoutePriority.Normal], api.Routes.Select(route => route.Priority));
        Assert.Equal(
            new CallerPlan(CallerProof.Jwt, "https://id.example.org/jwks.json", "https://id.example.org", "shop", "admin,support", "roles", TimeSpan.FromSeconds(30)),
            api.Routes[2].Protection!.Callers);
        Assert.Equal(
            new CrossOriginPlan("https://shop.example.org", "GET,HEAD,POST", null, null, false, TimeSpan.FromMinutes(10)),
            api.Routes[3].Protection!.CrossOrigin);
    }
}

using System.Collections.Immutable;
using Slipway.Core.Manifests;
using Slipway.Core.Routing;

namespace Slipway.Core.Tests.Routing;

public sealed class RouteMatcherTests
{
    private static readonly RouteMatcher s_matcher = new(Table(
        ("any", null, "/"), ("api", null, "/api"), ("v1", null, "/api/v1/"), ("exact", "shop.example.org", "/"),
        ("docs", "shop.example.org", "/docs"), ("wild", "*.example.org", "/"), ("half", "half.example.org", "/only"), ("six", "[::1]", "/")));

    [Theory]
    [InlineData("x", "/", "any")]
    [InlineData("", "/", "any")]
    [InlineData("x", "/api", "api")]
    [InlineData("x", "/api/", "api")]
    [InlineData("x", "/api/v1", "v1")]
    [InlineData("x", "/api/v1/y", "v1")]
    [InlineData("x", "/api/v10", "api")]
    [InlineData("x", "/apix", "any")]
    [InlineData("x", "//api", "any")]
    [InlineData("shop.example.org", "/api", "exact")]
    [InlineData("SHOP.Example.ORG", "/docs/a", "docs")]
    [InlineData("shop.example.org.", "/docsy", "exact")]
    [InlineData("a.example.org", "/api", "wild")]
    [InlineData("a.b.example.org", "/api", "api")]
    [InlineData("example.org", "/", "any")]
    [InlineData("half.example.org", "/only/x", "half")]
    [InlineData("half.example.org", "/other", "wild")]
    [InlineData("[::1]", "/", "six")]
    public void The_longest_path_of_the_best_host_wins(string host, string path, string service)
    {
        Assert.True(s_matcher.TryMatch(host, path, out var match));
        Assert.Equal(service, s_names[match.Service]);
    }

    [Fact]
    public void Without_a_route_for_everything_some_requests_have_none()
        => Assert.False(new RouteMatcher(Table(("a", "x.org", "/"), ("b", null, "/b"))).TryMatch("y.org", "/", out _));

    private static readonly string[] s_names = ["any", "api", "v1", "exact", "docs", "wild", "half", "six"];

    private static RouteTable Table(params (string Service, string? Host, string Path)[] routes) => new()
    {
        Version = 1,
        Fence = 0,
        Services = [.. routes.Select(route => new RoutedService(
            ServiceName.TryParse(route.Service, out var name) ? name : default,
            [new Route(route.Host, route.Path, false, false, TimeSpan.Zero, TimeSpan.FromSeconds(1))],
            ImmutableArray<RoutedRelease>.Empty))],
    };
}

using System.Text.Json;
using Slipway.Core.Manifests;
using Slipway.Core.Routing;

namespace Slipway.Core.Tests.Routing;

public sealed class RouteTableRulesTests
{
    [Theory]
    [InlineData("example.org", true)]
    [InlineData("*.example.org", true)]
    [InlineData("localhost", true)]
    [InlineData("127.0.0.1", true)]
    [InlineData("[::1]", true)]
    [InlineData("*", false)]
    [InlineData("a.*.org", false)]
    [InlineData("a..org", false)]
    [InlineData("-a.org", false)]
    [InlineData("a.org:80", false)]
    [InlineData("", false)]
    public void A_host_is_a_name_an_address_or_a_wildcard_before_a_name(string host, bool isHost)
        => Assert.Equal(isHost, RouteTableRules.IsHost(host));

    [Fact]
    public void Every_fault_is_told_with_its_place()
    {
        var route = new Route("bad host", "/a/../b", false, false, TimeSpan.FromHours(1), TimeSpan.Zero);
        var endpoint = new Endpoint(default, "localhost", 0);
        var table = new RouteTable
        {
            Version = 0,
            Fence = -1,
            Services = [new(default, [route], [new(default, 1_000_001, [endpoint])]), new(default, [], default)],
        };
        Assert.Equal(
            [
                "version", "fence", "services[0].service", "services[0].routes[0].host", "services[0].routes[0].path",
                "services[0].routes[0].hold", "services[0].routes[0].responseTimeout", "services[0].releases[0].release",
                "services[0].releases[0].weight", "services[0].releases[0].endpoints[0].instance",
                "services[0].releases[0].endpoints[0].port", "services[0].releases[0].endpoints[0].address",
                "services[1].service", "services[1].routes", "services[1].releases",
            ],
            RouteTableRules.Validate(table).Select(fault => fault.At));
    }

    [Fact]
    public void What_stands_twice_is_a_fault()
    {
        _ = ServiceName.TryParse("a", out var a);
        _ = ServiceName.TryParse("b", out var b);
        _ = ReleaseId.TryParse("0123456789ab", out var release);
        _ = InstanceId.TryParse("a-1", out var instance);
        var route = new Route(null, "/x", false, false, TimeSpan.Zero, TimeSpan.FromSeconds(1));
        var endpoint = new Endpoint(instance, "127.0.0.1", 80);
        RoutedRelease[] releases = [new(release, 1, [endpoint]), new(release, 1, [endpoint])];
        var table = new RouteTable { Version = 1, Fence = 0, Services = [new(a, [route], [.. releases]), new(b, [route with { Path = "/x/" }], [])] };
        Assert.Equal(
            ["services[0].releases[1].release", "services[0].releases[1].endpoints[0].instance", "services[0].releases[1].endpoints[0]", "services[1].routes[0]"],
            RouteTableRules.Validate(table).Select(fault => fault.At));
    }

    [Fact]
    public void A_table_survives_its_JSON()
    {
        const string Json = """{"version":3,"fence":2,"services":[{"service":"api","routes":[{"host":"*.x.org","path":"/","stripPath":true,"sticky":false,"hold":"00:00:05","responseTimeout":"00:00:30"}],"releases":[{"release":"0123456789ab","weight":7,"endpoints":[{"instance":"api-0123456789ab-1","address":"127.0.0.1","port":5000}]}]}]}""";
        var table = JsonSerializer.Deserialize(Json, RoutingJson.Default.RouteTable)!;
        Assert.Empty(RouteTableRules.Validate(table));
        Assert.Equal(TimeSpan.FromSeconds(5), table.Services[0].Routes[0].Hold);
        Assert.Equal(Json, JsonSerializer.Serialize(table, RoutingJson.Default.RouteTable));
    }

    [Fact]
    public void A_list_that_holds_nothing_is_a_fault_and_no_crash()
    {
        var table = JsonSerializer.Deserialize("""{"version":1,"fence":0,"services":[null,{"service":"a","routes":[null],"releases":[null,{"release":"0123456789ab","weight":1,"endpoints":[null]}]}]}""", RoutingJson.Default.RouteTable)!;
        Assert.Equal(
            ["services[0]", "services[1].routes[0]", "services[1].releases[0]", "services[1].releases[1].endpoints[0]"],
            RouteTableRules.Validate(table).Select(fault => fault.At));
    }

    [Fact]
    public void Every_fault_of_a_protection_is_told_with_its_place()
    {
        var protection = new RouteProtection
        {
            Allow = "10.0.0.0/8,shop",
            Deny = "10.0.0.0/40",
            Limit = new(0, TimeSpan.FromDays(2), 1, LimitBy.Field, null),
            Validation = new(ValidationMode.Block, "Sql,Nothing"),
            Headers = new("a\nb", TimeSpan.FromDays(1000), FramePolicy.Deny),
            CrossOrigin = new("*,shop", "GET,TRACE", "a b", null, true, TimeSpan.FromDays(2)),
            Callers = new(CallerProof.Jwt, "http://id.example.org", null, "shop", "a,", "roles", TimeSpan.FromHours(1)),
        };
        var route = new Route(null, "/", false, false, TimeSpan.Zero, TimeSpan.FromSeconds(1)) { Protection = protection };
        var faults = RouteTableRules.Validate(new() { Version = 1, Fence = 1, Services = [new(Web(), [route], [])] });
        Assert.Equal(
            ["allow", "deny", "limit", "limit.per", "limit.field", "validation.except", "headers.policy", "headers.hsts", "crossOrigin.origins", "crossOrigin.credentials", "crossOrigin.methods", "crossOrigin.fields", "crossOrigin.remembered", "callers.keys", "callers", "callers.roles", "callers.skew"],
            faults.Select(fault => fault.At["services[0].routes[0].protection.".Length..]));
    }

    [Fact]
    public void A_protection_is_the_same_behind_the_file_of_a_table()
    {
        var protection = new RouteProtection
        {
            Allow = "10.0.0.0/8",
            Limit = new(60, TimeSpan.FromMinutes(1), 20, LimitBy.Field, "X-Api-Key"),
            Validation = new(ValidationMode.Detect, "Sql"),
            Headers = new("default-src 'self' 'nonce-{nonce}'", TimeSpan.FromDays(30), FramePolicy.Same),
            CrossOrigin = new("https://*.example.org", "GET", "X-A", "X-B", true, TimeSpan.FromMinutes(1)),
            Callers = new(CallerProof.Key, "/etc/callers", null, null, "admin", "roles", TimeSpan.Zero),
        };
        var route = new Route(null, "/", false, false, TimeSpan.Zero, TimeSpan.FromSeconds(1)) { Protection = protection, Priority = RoutePriority.Low };
        var load = new LoadPlan(5, 6, TimeSpan.FromSeconds(7), TimeSpan.FromSeconds(8));
        Assert.True(ReleaseId.TryParse("b1b1b1b1b1b1", out var release) & InstanceId.TryParse("web-b1b1b1b1b1b1-1", out var instance));
        var endpoint = new Endpoint(instance, "127.0.0.1", 80) { Http2 = true };
        var read = TableFile.Read(TableFile.Write(new() { Version = 1, Fence = 1, Services = [new(Web(), [route], [new(release, 1, [endpoint]) { Load = load }])] }), out var reason);
        Assert.Equal("", reason);
        Assert.Equal(route, read!.Services[0].Routes[0]);
        Assert.Equal(load, read.Services[0].Releases[0].Load);
        Assert.Equal(endpoint, Assert.Single(read.Services[0].Releases[0].Endpoints));
    }

    private static ServiceName Web() => ServiceName.TryParse("web", out var name) ? name : default;
}

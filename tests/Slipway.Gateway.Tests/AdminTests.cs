using System.Net;
using System.Text;
using System.Text.Json;
using Slipway.Core.Routing;
using static Slipway.Gateway.Tests.Tables;

namespace Slipway.Gateway.Tests;

public sealed class AdminTests(SharedGateway shared) : IClassFixture<SharedGateway>
{
    [Fact]
    public async Task A_stale_version_or_fence_is_refused_with_the_current_ones_and_the_same_table_again_is_no_fault()
    {
        await using var gateway = await GatewayProcess.Start();
        var table = new RouteTable { Version = 5, Fence = 3, Services = [Service("web", Release(Blue, 1, 4000))] };
        Assert.Equal((200, """{"version":5}"""), await gateway.TryPut(table));
        Assert.Equal((200, """{"version":5}"""), await gateway.TryPut(table));
        foreach (var stale in new[] { table with { Version = 4 }, table with { Version = 6, Fence = 2 }, table with { Services = [] } })
        {
            var (status, body) = await gateway.TryPut(stale);
            var refusal = JsonSerializer.Deserialize(body, RoutingJson.Default.TableRefusal)!;
            Assert.Equal((409, 5, 3), (status, refusal.Version, refusal.Fence));
        }
        Assert.Equal(200, (await gateway.TryPut(table with { Version = 6, Fence = 4 })).Status);
        var live = JsonSerializer.Deserialize(await gateway.Admin.GetStringAsync("table"), RoutingJson.Default.RouteTable)!;
        Assert.Equal((6, 4), (live.Version, live.Fence));
    }

    [Fact]
    public async Task A_table_with_faults_is_refused_whole_with_all_of_them()
    {
        await shared.Put(Service("web", Release(Blue, 1, 4000)));
        var version = (await shared.Gateway.Read()).TableVersion;
        var (status, body) = await shared.Gateway.TryPut(new()
        {
            Version = version + 1,
            Fence = 1,
            Services = [Service("web", Route("no-slash"), Release(Blue, -1, 70000)), Service("web", Release(Green, 1))],
        });
        var refusal = JsonSerializer.Deserialize(body, RoutingJson.Default.TableRefusal)!;
        Assert.Equal(422, status);
        Assert.Equal(
            ["services[0].routes[0].path", "services[0].releases[0].weight", "services[0].releases[0].endpoints[0].port", "services[1].service"],
            refusal.Faults.Select(fault => fault.At));
        Assert.Equal(version, (await shared.Gateway.Read()).TableVersion);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("null")]
    [InlineData("""{"version":99999,"fence":1}""")]
    [InlineData("""{"version":99999,"fence":1,"services":null}""")]
    [InlineData("""{"version":99999,"fence":1,"services":[null]}""")]
    [InlineData("""{"version":99999,"fence":1,"services":[{"service":"Bad Name","routes":[],"releases":[]}]}""")]
    [InlineData("""{"version":99999,"fence":1,"services":[{"service":"web"}]}""")]
    public async Task A_body_that_is_no_table_is_refused(string body)
    {
        using var answer = await shared.Gateway.Admin.PutAsync("table", new StringContent(body, Encoding.UTF8));
        Assert.Equal(HttpStatusCode.UnprocessableContent, answer.StatusCode);
        Assert.NotEqual(99999, (await shared.Gateway.Read()).TableVersion);
    }

    [Fact]
    public async Task Metrics_are_Prometheus_text_with_cumulative_buckets()
    {
        await using var backend = RawBackend.Saying("x");
        var release = await shared.RouteTo(backend);
        using var client = await RawPeer.Connect(shared.Port);
        for (var i = 0; i < 3; i++)
            await client.Ask("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
        await shared.Gateway.Reads(release, reading => reading.Requests == 3);
        var text = await shared.Gateway.Admin.GetStringAsync("metrics");
        var labels = $"service=\"web\",release=\"{release}\"";
        Assert.Contains($"slipway_gateway_answers_total{{{labels},class=\"2xx\"}} 3\n", text);
        Assert.Contains($"slipway_gateway_first_byte_seconds_bucket{{{labels},le=\"+Inf\"}} 3\n", text);
        Assert.Contains($"slipway_gateway_first_byte_seconds_count{{{labels}}} 3\n", text);
        Assert.Contains("# TYPE slipway_gateway_first_byte_seconds histogram\n", text);
    }

    [Fact]
    public async Task The_admin_side_says_what_it_does_not_do()
    {
        Assert.Equal(HttpStatusCode.NotFound, (await shared.Gateway.Admin.GetAsync("nothing")).StatusCode);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, (await shared.Gateway.Admin.DeleteAsync("table")).StatusCode);
        Assert.Contains("\"status\":\"serving\"", await shared.Gateway.Admin.GetStringAsync("health"));
        using var json = JsonDocument.Parse(await shared.Gateway.Admin.GetStringAsync("connections"));
        Assert.True(json.RootElement.GetProperty("clients").GetInt32() >= 0);
    }

    [Fact]
    public async Task Metrics_can_also_be_served_on_loopback_and_nothing_else_is_there()
    {
        var port = 20_000 + Environment.ProcessId % 20_000;
        await using var gateway = await GatewayProcess.Start(null, "--metrics", $"127.0.0.1:{port}");
        using var http = new HttpClient { BaseAddress = new($"http://127.0.0.1:{port}/") };
        Assert.Contains("slipway_gateway_table_version 0\n", await http.GetStringAsync("metrics"));
        Assert.Equal(HttpStatusCode.NotFound, (await http.GetAsync("table")).StatusCode);
    }
}

using System.Text;
using static Slipway.Gateway.Tests.Tables;

namespace Slipway.Gateway.Tests;

public sealed class TraceTests : IAsyncDisposable
{
    private const string Trace = "4bf92f3577b34da6a3ce929d0e0e4736";

    private readonly List<string> _batches = [];
    private readonly RawBackend _collector;

    public TraceTests() => _collector = RawBackend.Each(async (peer, head) =>
    {
        var at = head.IndexOf("Content-Length: ", StringComparison.OrdinalIgnoreCase) + 16;
        var body = await peer.Read(int.Parse(head[at..head.IndexOf('\r', at)]));
        lock (_batches)
            _batches.Add(body);
        await peer.Send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    });

    public ValueTask DisposeAsync() => _collector.DisposeAsync();

    [Fact]
    public async Task A_request_is_a_span_of_the_trace_that_its_proxy_began_and_the_parent_of_the_applications()
    {
        await using var backend = RawBackend.Saying("ok");
        await using var gateway = await Start("--trust", "127.0.0.1");
        await gateway.Put(Service("web", Route("/shop"), Release(Blue, 1, backend.Port)));
        using var client = await RawPeer.Connect(gateway.Port);
        await client.Ask($"GET /shop/orders?secret=value HTTP/1.1\r\nHost: shop.test\r\nX-Request-Id: asked-1\r\ntraceparent: 00-{Trace}-00f067aa0ba902b7-01\r\n\r\n");
        var passed = Assert.Single(backend.Heads).Split("\r\n").Single(line => line.StartsWith("traceparent: ", StringComparison.Ordinal))[13..].Split('-');
        Assert.Equal(Trace, passed[1]);
        Assert.NotEqual("00f067aa0ba902b7", passed[2]);
        Assert.Equal("01", passed[3]);
        var metrics = await OpenMetrics(gateway);
        Assert.Matches($"first_byte_seconds_bucket\\{{[^}}]*\\}} 1 # \\{{trace_id=\"{Trace}\"\\}} [0-9.]+ [0-9.]+\n", metrics);
        gateway.Terminate();
        Assert.Equal(0, await gateway.Exit());
        var batch = string.Concat(Batches());
        Assert.Contains("POST /v1/traces HTTP/1.1", _collector.Heads.First());
        Assert.Contains(Latin(Trace), batch);
        Assert.Contains(Latin(passed[2]), batch);
        Assert.Contains(Latin("00f067aa0ba902b7"), batch);
        foreach (var said in (string[])["GET /shop", "/shop/orders", "shop.test", "asked-1", "slipway-gateway", Blue, "http.response.status_code"])
            Assert.Contains(said, batch);
        Assert.DoesNotContain("value", batch);
    }

    [Fact]
    public async Task What_a_proxy_leaves_out_is_left_out_and_nobody_else_decides()
    {
        await using var backend = RawBackend.Saying("ok");
        await using (var trusting = await Start("--trust", "127.0.0.1"))
        {
            await trusting.Put(Service("web", Release(Blue, 1, backend.Port)));
            using var client = await RawPeer.Connect(trusting.Port);
            await client.Ask($"GET / HTTP/1.1\r\nHost: x\r\ntraceparent: 00-{Trace}-00f067aa0ba902b7-00\r\n\r\n");
            trusting.Terminate();
            Assert.Equal(0, await trusting.Exit());
        }
        Assert.Contains($"traceparent: 00-{Trace}-00f067aa0ba902b7-00\r\n", backend.Heads.First());
        Assert.Empty(Batches());
        await using var alone = await Start("--trace-share", "0.000001%");
        await alone.Put(Service("web", Release(Blue, 1, backend.Port)));
        using var stranger = await RawPeer.Connect(alone.Port);
        await stranger.Ask($"GET / HTTP/1.1\r\nHost: x\r\ntraceparent: 00-{Trace}-00f067aa0ba902b7-01\r\n\r\n");
        alone.Terminate();
        Assert.Equal(0, await alone.Exit());
        Assert.Empty(Batches());
    }

    [Fact]
    public async Task A_collector_that_is_away_costs_no_request_and_is_told_of()
    {
        await using var backend = RawBackend.Saying("ok");
        await using var gateway = await GatewayProcess.Start(null, "--traces", "http://127.0.0.1:9/v1/traces");
        await gateway.Put(Service("web", Release(Blue, 1, backend.Port)));
        using var client = await RawPeer.Connect(gateway.Port);
        for (var i = 0; i < 100; i++)
            Assert.EndsWith("ok", await client.Ask("GET / HTTP/1.1\r\nHost: x\r\n\r\n"));
        Assert.Equal(100, backend.Heads.Count);
        await Eventually.True(() => gateway.Log.Contains("the collector takes no spans", StringComparison.Ordinal), "that spans are lost is logged");
    }

    private Task<GatewayProcess> Start(params string[] options) => GatewayProcess.Start(null, ["--traces", $"http://127.0.0.1:{_collector.Port}/v1/traces", .. options]);

    private static async Task<string> OpenMetrics(GatewayProcess gateway)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "metrics");
        request.Headers.TryAddWithoutValidation("Accept", "application/openmetrics-text; version=1.0.0, text/plain;q=0.5");
        using var answer = await gateway.Admin.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.StartsWith("application/openmetrics-text", answer.Content.Headers.ContentType!.ToString());
        Assert.EndsWith("# EOF\n", text);
        Assert.Contains("# TYPE slipway_gateway_requests counter\nslipway_gateway_requests_total{", text);
        return text;
    }

    private List<string> Batches()
    {
        lock (_batches)
            return [.. _batches];
    }

    private static string Latin(string hex) => Encoding.Latin1.GetString(Convert.FromHexString(hex));
}

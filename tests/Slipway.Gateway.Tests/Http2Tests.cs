using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using static Slipway.Gateway.Tests.Tables;

namespace Slipway.Gateway.Tests;

/// <summary>HTTP/2 as a real client speaks it: the framework's, and curl where there is one.</summary>
public sealed class Http2Tests(SharedGateway gateway) : IClassFixture<SharedGateway>
{
    [Fact]
    public async Task Many_requests_at_once_go_over_one_connection()
    {
        await using var backend = await KestrelBackend.Start("one");
        var release = SharedGateway.NewRelease();
        await gateway.Put(Service("web", Release(release, 1, backend.Port)));
        using var client = Client();
        var before = await ConnectionsTotal();
        var answers = await Task.WhenAll(Enumerable.Range(0, 300).Select(async i =>
        {
            using var answer = await client.PostAsync(new Uri(gateway.Gateway.Address, "echo"), new StringContent($"number {i}"));
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            Assert.Equal(HttpVersion.Version20, answer.Version);
            return await answer.Content.ReadAsStringAsync();
        }));
        Assert.Equal(Enumerable.Range(0, 300).Select(i => $"number {i}"), answers);
        Assert.InRange(await ConnectionsTotal() - before, 1, 4);
        await gateway.Gateway.Reads(release, reading => reading is { Requests: 300, Errors: 0, InFlight: 0 });
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Large_bodies_pass_both_ways_whether_their_length_is_known_or_not(bool isKnown)
    {
        await using var backend = await KestrelBackend.Start("one");
        await gateway.Put(Service("web", Release(SharedGateway.NewRelease(), 1, backend.Port)));
        using var client = Client();
        var body = RandomNumberGenerator.GetBytes(3_000_000);
        await Task.WhenAll(Enumerable.Range(0, 3).Select(async _ =>
        {
            using var content = new ByteArrayContent(body);
            if (!isKnown)
                content.Headers.ContentLength = null;
            using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(gateway.Gateway.Address, "echo")) { Content = isKnown ? content : new StreamContent(new Unseekable(body)), Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
            using var answer = await client.SendAsync(request);
            Assert.Equal(body, await answer.Content.ReadAsByteArrayAsync());
        }));
    }

    [Fact]
    public async Task Events_pass_as_they_come()
    {
        var go = new TaskCompletionSource();
        await using var backend = RawBackend.Each(async (peer, _) =>
        {
            await peer.Send("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n7\r\ndata: 1\r\n");
            await go.Task;
            await peer.Send("7\r\ndata: 2\r\n0\r\n\r\n");
        });
        await gateway.Put(Service("web", Release(SharedGateway.NewRelease(), 1, backend.Port)));
        using var client = Client();
        using var answer = await client.GetAsync(gateway.Gateway.Address, HttpCompletionOption.ResponseHeadersRead);
        await using var stream = await answer.Content.ReadAsStreamAsync();
        var piece = new byte[100];
        Assert.Equal("data: 1", System.Text.Encoding.ASCII.GetString(piece, 0, await stream.ReadAsync(piece)));
        go.SetResult();
        Assert.Equal("data: 2", System.Text.Encoding.ASCII.GetString(piece, 0, await stream.ReadAsync(piece)));
        Assert.Equal(0, await stream.ReadAsync(piece));
    }

    [Fact]
    public async Task Whoever_gives_up_ends_the_request_behind_it_and_no_other()
    {
        var gone = new TaskCompletionSource();
        await using var backend = RawBackend.Each(async (peer, head) =>
        {
            if (!head.Contains("/slow", StringComparison.Ordinal))
            {
                await peer.Send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
                return;
            }
            try
            {
                Assert.Equal("", await peer.ReadToEnd());
            }
            finally
            {
                gone.TrySetResult();
            }
        });
        var release = SharedGateway.NewRelease();
        await gateway.Put(Service("web", Release(release, 1, backend.Port)));
        using var client = Client();
        using var cancel = new CancellationTokenSource();
        var slow = client.GetAsync(new Uri(gateway.Gateway.Address, "slow"), cancel.Token);
        await Eventually.True(() => backend.Heads.Count == 1, "the slow one is under way");
        Assert.Equal("ok", await client.GetStringAsync(gateway.Gateway.Address));
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => slow);
        await gone.Task.WaitAsync(TimeSpan.FromSeconds(20));
        Assert.Equal("ok", await client.GetStringAsync(gateway.Gateway.Address));
        await gateway.Gateway.Reads(release, reading => reading is { Requests: 3, ClientAborts: 1, Errors: 0, InFlight: 0 });
    }

    [Fact]
    public async Task The_application_sees_an_ordinary_request_with_its_cookies_in_one_field()
    {
        await using var backend = RawBackend.Saying("ok");
        await gateway.Put(Service("web", Release(SharedGateway.NewRelease(), 1, backend.Port)));
        using var client = Client();
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(gateway.Gateway.Address, "/a/../b?q=1")) { Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        request.Headers.Add("Cookie", ["a=1", "b=2"]);
        request.Headers.Add("X-Forwarded-For", "192.0.2.1");
        using var answer = await client.SendAsync(request);
        var head = Assert.Single(backend.Heads);
        Assert.StartsWith("GET /b?q=1 HTTP/1.1\r\nHost: 127.0.0.1:", head);
        Assert.Contains("X-Forwarded-For: 127.0.0.1\r\n", head);
        Assert.DoesNotContain("192.0.2.1", head);
        Assert.Contains("a=1; b=2", head);
        Assert.DoesNotContain("Transfer-Encoding", head);
    }

    [Fact]
    public async Task By_TLS_a_client_that_can_is_offered_it_and_one_that_cannot_is_not()
    {
        var folder = Directory.CreateTempSubdirectory("h2").FullName;
        try
        {
            using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            var wanted = new CertificateRequest("CN=shop.test", key, HashAlgorithmName.SHA256);
            using var certificate = wanted.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
            await File.WriteAllTextAsync(Path.Combine(folder, "shop.key"), key.ExportPkcs8PrivateKeyPem());
            await File.WriteAllTextAsync(Path.Combine(folder, "shop.crt"), certificate.ExportCertificatePem());
            await using var backend = RawBackend.Saying("safe");
            await using var secure = await GatewayProcess.Start(null, "--tls", "127.0.0.1:0", "--certificates", folder);
            await secure.Put(Service("web", Release(Blue, 1, backend.Port)));
            foreach (var version in (Version[])[HttpVersion.Version20, HttpVersion.Version11])
            {
                using var handler = new SocketsHttpHandler { SslOptions = new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = static (_, _, _, _) => true } };
                using var client = new HttpClient(handler) { DefaultRequestVersion = version, DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact };
                for (var i = 0; i < 3; i++)
                {
                    using var answer = await client.GetAsync($"https://127.0.0.1:{secure.TlsPort}/");
                    Assert.Equal(version, answer.Version);
                    Assert.Equal("safe", await answer.Content.ReadAsStringAsync());
                }
            }
            Assert.All(backend.Heads, head => Assert.Contains("X-Forwarded-Proto: https\r\n", head));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task A_gateway_that_ends_lets_its_requests_end_and_says_where_it_stopped()
    {
        var go = new TaskCompletionSource();
        await using var backend = RawBackend.Each(async (peer, _) =>
        {
            await go.Task;
            await peer.Send("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nlast");
        });
        await using var ending = await GatewayProcess.Start();
        await ending.Put(Service("web", Release(Blue, 1, backend.Port)));
        using var client = Client();
        var under = client.GetStringAsync(ending.Address);
        await Eventually.True(() => backend.Heads.Count == 1, "it is under way");
        ending.Terminate();
        await Eventually.True(() => ending.Log.Contains("drains", StringComparison.Ordinal), "it drains");
        go.SetResult();
        Assert.Equal("last", await under);
        Assert.Equal(0, await ending.Exit());
    }

    private async Task<int> ConnectionsTotal()
    {
        var metrics = await gateway.Gateway.Admin.GetStringAsync("metrics");
        var line = metrics.Split('\n').Single(line => line.StartsWith("slipway_gateway_connections_total ", StringComparison.Ordinal));
        return int.Parse(line.Split(' ')[1]);
    }

    private static HttpClient Client() => new(new SocketsHttpHandler { EnableMultipleHttp2Connections = true })
    {
        DefaultRequestVersion = HttpVersion.Version20,
        DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
        Timeout = TimeSpan.FromSeconds(60),
    };

    private sealed class Unseekable(byte[] bytes) : MemoryStream(bytes)
    {
        public override bool CanSeek => false;
    }
}

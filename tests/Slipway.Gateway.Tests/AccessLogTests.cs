using System.Text.Json;
using static Slipway.Gateway.Tests.Tables;

namespace Slipway.Gateway.Tests;

public sealed class AccessLogTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("log").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Each_request_is_a_line_without_a_value_that_anybody_sent()
    {
        var path = Path.Combine(_folder, "access.jsonl");
        await using var backend = RawBackend.Saying("ok");
        await using var gateway = await GatewayProcess.Start(null, "--access-log", path);
        await gateway.Put(Service("web", Route("/shop"), Release(Blue, 1, backend.Port)));
        using var client = await RawPeer.Connect(gateway.Port);
        await client.Ask("GET /shop/a?token=secret&page=2 HTTP/1.1\r\nHost: shop.test\r\nAuthorization: Bearer hidden\r\nX-Request-Id: seen-1\r\n\r\n");
        await client.Ask("GET /elsewhere HTTP/1.1\r\nHost: shop.test\r\n\r\n");
        await Eventually.True(() => File.ReadAllLines(path).Length == 2, "both are written");
        var lines = File.ReadAllLines(path).Select(line => JsonDocument.Parse(line).RootElement).ToArray();
        string? Of(int line, string name) => lines[line].TryGetProperty(name, out var value) ? value.GetString() : null;
        Assert.Equal(("127.0.0.1", "GET", "shop.test", "/shop/a", "token=&page="), (Of(0, "client"), Of(0, "method"), Of(0, "host"), Of(0, "path"), Of(0, "query")));
        Assert.Equal(("200", "web", Blue, "seen-1"), (Of(0, "status"), Of(0, "service"), Of(0, "release"), Of(0, "requestId")));
        Assert.Equal(("404", null, null), (Of(1, "status"), Of(1, "release"), Of(1, "query")));
        var text = await File.ReadAllTextAsync(path);
        Assert.DoesNotContain("secret", text);
        Assert.DoesNotContain("hidden", text);
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
    }

    [Fact]
    public async Task A_share_of_them_is_written_where_that_is_asked_for()
    {
        var path = Path.Combine(_folder, "access.jsonl");
        await using var gateway = await GatewayProcess.Start(null, "--access-log", path, "--access-share", "20%");
        using var client = await RawPeer.Connect(gateway.Port);
        for (var i = 0; i < 1000; i++)
            await client.Ask("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
        gateway.Terminate();
        await gateway.Exit();
        Assert.InRange(File.ReadAllLines(path).Length, 100, 320);
    }
}

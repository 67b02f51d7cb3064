using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using Slipway.Core.Api;

namespace Slipway.ControlPlane.Tests;

/// <summary>Who gets in, by which way, and what the others are told.</summary>
public sealed class DoorTests
{
    [Fact]
    [System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    public async Task The_socket_is_open_to_its_owner_alone_and_gone_afterwards()
    {
        var running = await RunningControlPlane.Start();
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(running.Home.Socket));
        Assert.Equal("ok\n", await running.Client.GetStringAsync("/health"));
        await running.DisposeAsync();
        Assert.False(File.Exists(running.Home.Socket));
    }

    [Fact]
    public async Task Loopback_without_a_token_tells_its_health_and_nothing_else()
    {
        await using var running = await RunningControlPlane.Start(listen: true);
        using var client = new HttpClient { BaseAddress = running.Loopback };
        Assert.Equal("ok\n", await client.GetStringAsync("/health"));
        foreach (var path in new[] { ApiRoutes.Environments, ApiRoutes.OpenApi, "/metrics", "/ready", "/nothing" })
        {
            var answer = await client.GetAsync(path);
            Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
            Assert.Equal("Bearer", answer.Headers.WwwAuthenticate.Single().Scheme);
            await AssertProblem(answer, "SLIP401");
        }
    }

    [Fact]
    public async Task A_wrong_token_is_refused_and_the_right_one_is_taken()
    {
        await using var running = await RunningControlPlane.Start(listen: true);
        using var client = new HttpClient { BaseAddress = running.Loopback };
        client.DefaultRequestHeaders.Authorization = new("Bearer", new string('0', 64));
        await AssertProblem(await client.GetAsync(ApiRoutes.OpenApi), "SLIP401");
        client.DefaultRequestHeaders.Authorization = new("Bearer", running.Token);
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync(ApiRoutes.OpenApi)).StatusCode);
    }

    [Theory]
    [InlineData("evil.example:7070", null)]
    [InlineData("10.0.0.1", null)]
    [InlineData("localhost", "https://evil.example")]
    [InlineData("localhost", "null")]
    public async Task A_request_out_of_a_foreign_page_is_refused_even_with_the_token(string host, string? origin)
    {
        await using var running = await RunningControlPlane.Start(listen: true);
        using var client = new HttpClient { BaseAddress = running.Loopback };
        using var request = new HttpRequestMessage(HttpMethod.Get, ApiRoutes.OpenApi);
        request.Headers.Authorization = new("Bearer", running.Token);
        request.Headers.Host = host;
        if (origin is not null)
            request.Headers.Add("Origin", origin);
        var answer = await client.SendAsync(request);
        await AssertProblem(answer, "SLIP403");
        Assert.False(answer.Headers.Contains("Access-Control-Allow-Origin"));
    }

    [Fact]
    public async Task A_caller_of_another_version_is_told_so()
    {
        await using var running = await RunningControlPlane.Start();
        using var request = new HttpRequestMessage(HttpMethod.Get, ApiRoutes.Environments);
        request.Headers.Add(ApiRoutes.VersionHeader, "99.0.0");
        var answer = await running.Client.SendAsync(request);
        Assert.Equal(HttpStatusCode.UpgradeRequired, answer.StatusCode);
        Assert.NotEmpty(answer.Headers.GetValues("Upgrade"));
        Assert.NotEmpty(answer.Headers.GetValues(ApiRoutes.VersionHeader));
        var problem = await AssertProblem(answer, "SLIP426");
        Assert.Contains("99.0.0", problem.Title, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("GET", "/v1/nothing", 404, "SLIP404")]
    [InlineData("GET", "/v1/environments/Not_A_Name", 400, "SLIP400")]
    [InlineData("DELETE", "/v1/environments", 405, "SLIP405")]
    [InlineData("GET", "/v1/environments/local/deploy", 405, "SLIP405")]
    public async Task Every_refusal_has_a_code_and_a_remedy(string method, string path, int status, string code)
    {
        await using var running = await RunningControlPlane.Start();
        var answer = await running.Client.SendAsync(new(new(method), path));
        Assert.Equal(status, (int)answer.StatusCode);
        await AssertProblem(answer, code);
    }

    [Theory]
    [InlineData("{", "line 1")]
    [InlineData("{\n  \"reset\": tru }", "line 2, column 1")]
    [InlineData("{ \"reset\": 1 }", "$.reset")]
    [InlineData("[]", "line 1")]
    [InlineData("", "body")]
    public async Task Malformed_JSON_is_refused_with_its_place(string body, string place)
    {
        await using var running = await RunningControlPlane.Start();
        var answer = await running.Client.PostAsync("/v1/environments/local/down", new StringContent(body, Encoding.UTF8, "application/json"));
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        var problem = await AssertProblem(answer, "SLIP400");
        Assert.Contains(place, problem.Title, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_body_that_is_not_JSON_or_too_long_is_refused()
    {
        await using var running = await RunningControlPlane.Start();
        var path = "/v1/environments/local/down";
        await AssertProblem(await running.Client.PostAsync(path, new StringContent("reset")), "SLIP415");
        using var large = new HttpRequestMessage(HttpMethod.Post, path)
        {
            Content = new ByteArrayContent(new byte[(1 << 20) + 1]) { Headers = { ContentType = new("application/json") } },
        };
        // Asking first: the answer comes before the body, and the connection is not broken in the middle of it.
        large.Headers.ExpectContinue = true;
        await AssertProblem(await running.Client.SendAsync(large), "SLIP413");
    }

    [Fact]
    public async Task A_header_that_is_too_long_is_refused_and_the_next_request_is_served()
    {
        await using var running = await RunningControlPlane.Start();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/health");
        request.Headers.Add("X-Long", new string('x', 20_000));
        Assert.Equal(HttpStatusCode.RequestHeaderFieldsTooLarge, (await running.Client.SendAsync(request)).StatusCode);
        Assert.Equal("ok\n", await running.Client.GetStringAsync("/health"));
    }

    [Fact]
    public async Task A_connection_that_sends_rubbish_is_closed_and_harms_nobody()
    {
        await using var running = await RunningControlPlane.Start();
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(running.Home.Socket));
        await socket.SendAsync("\0\0\0rubbish\r\n\r\n"u8.ToArray());
        var answer = new byte[4096];
        var read = await socket.ReceiveAsync(answer);
        Assert.StartsWith("HTTP/1.1 400", Encoding.ASCII.GetString(answer, 0, read), StringComparison.Ordinal);
        Assert.Equal("ok\n", await running.Client.GetStringAsync("/health"));
    }

    private static async Task<Problem> AssertProblem(HttpResponseMessage answer, string code)
    {
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        var problem = await answer.Content.ReadFromJsonAsync(ApiJson.Default.Problem);
        Assert.Equal(code, problem!.Code);
        Assert.Equal((int)answer.StatusCode, problem.Status);
        Assert.NotEmpty(problem.Title);
        Assert.NotEmpty(problem.Remedy);
        return problem;
    }
}

using Slipway.Cli.Connection;
using Slipway.Cli.Homes;
using Slipway.Cli.Invoking;
using Slipway.Core.Api;

namespace Slipway.Cli.Tests.Connection;

public sealed class ControlPlaneCallsTests : IDisposable
{
    private readonly string _home = Directory.CreateTempSubdirectory("slipway-cli-").FullName;

    private string SocketPath => Path.Combine(_home, "control.sock");

    private ControlPlaneCalls Calls => new(new HomeFolder(_home));

    public void Dispose() => Directory.Delete(_home, recursive: true);

    [Fact]
    public async Task An_answer_in_chunks_cut_anywhere_is_put_together()
    {
        const string Body = """{"records":7,"lastHash":"ab"}""";
        await using var server = new RawServer(SocketPath, RawServer.Pieces(
            "HTTP/1.1 200 O", "K\r\nTransfer-Enc", "oding: CHUNKED\r", "\n\r", "\n5", "\r\n", Body[..5], "\r", "\n18;why=not\r\n", Body[5..20], Body[20..], "\r\n0\r\nX-Trailer: 1\r\n", "\r\n"));
        var view = await Calls.Get(ApiRoutes.AuditVerify, ApiJson.Default.AuditView, CancellationToken.None);

        Assert.Equal(new AuditView(7, "ab", null), view);
        Assert.Contains("GET /v1/audit/verify HTTP/1.1\r\n", server.Requests[0]);
        Assert.Contains($"Slipway-Version: {BuildVersion.Text}\r\n", server.Requests[0]);
    }

    [Fact]
    public async Task An_answer_that_ends_with_the_connection_is_whole()
    {
        await using var server = new RawServer(SocketPath, RawServer.Pieces("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n\r\n", """{"records":1,""", """ "lastHash":"x"}"""));
        Assert.Equal(1, (await Calls.Get(ApiRoutes.AuditVerify, ApiJson.Default.AuditView, CancellationToken.None)).Records);
    }

    [Theory]
    [InlineData("")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Len")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"records\":1")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n")]
    [InlineData("SSH-2.0-OpenSSH_9.6\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n")]
    public async Task A_torn_answer_is_an_error_and_never_a_short_one(string answer)
    {
        await using var server = new RawServer(SocketPath, RawServer.Pieces(answer));
        await Assert.ThrowsAnyAsync<IOException>(() => Calls.Get(ApiRoutes.AuditVerify, ApiJson.Default.AuditView, CancellationToken.None));
    }

    [Fact]
    public async Task A_refusal_carries_its_code_its_remedy_and_every_fault()
    {
        await using var server = new RawServer(SocketPath, RawServer.Answer(
            "422 Unprocessable Content",
            """{"code":"SLIP422","title":"The manifest is wrong.","remedy":"Correct it.","status":422,"faults":["slipway.yaml:1:1: error SLIP101: a. b."]}"""));
        var failure = await Assert.ThrowsAsync<CommandFailure>(() => Calls.Get(ApiRoutes.AuditVerify, ApiJson.Default.AuditView, CancellationToken.None));

        Assert.Equal((ExitCodes.Usage, "SLIP422", "The manifest is wrong.", "Correct it."), (failure.ExitCode, failure.Code, failure.Message, failure.Remedy));
        Assert.Equal(["slipway.yaml:1:1: error SLIP101: a. b."], failure.Faults);
    }

    [Theory]
    [InlineData("409 Conflict", ExitCodes.No)]
    [InlineData("404 Not Found", ExitCodes.Usage)]
    [InlineData("426 Upgrade Required", ExitCodes.Outside)]
    [InlineData("507 Insufficient Storage", ExitCodes.Outside)]
    public async Task The_status_of_a_refusal_decides_the_exit_code(string status, int exitCode)
    {
        await using var server = new RawServer(SocketPath, RawServer.Answer(status, """{"code":"SLIP1","title":"No.","remedy":"Do.","status":0}"""));
        var failure = await Assert.ThrowsAsync<CommandFailure>(() => Calls.Get(ApiRoutes.AuditVerify, ApiJson.Default.AuditView, CancellationToken.None));
        Assert.Equal(exitCode, failure.ExitCode);
    }

    [Fact]
    public async Task A_socket_without_a_listener_means_that_no_control_plane_runs()
    {
        await Assert.ThrowsAsync<ControlPlaneUnreachableException>(() => Calls.Exchange("GET", ApiRoutes.ControlPlane, default, CancellationToken.None));
        await using (new RawServer(SocketPath))
        {
            // A listener that was killed leaves its socket's file behind.
        }
        await Assert.ThrowsAsync<ControlPlaneUnreachableException>(() => Calls.Exchange("GET", ApiRoutes.ControlPlane, default, CancellationToken.None));
    }

    [Fact]
    public async Task The_socket_is_found_where_the_home_says_when_its_path_is_too_long()
    {
        var elsewhere = Path.Combine(_home, "e.sock");
        await File.WriteAllTextAsync(Path.Combine(_home, "control.address"), elsewhere + "\n");
        await using var server = new RawServer(elsewhere, RawServer.Answer("200 OK", "{}"));
        Assert.NotEmpty(await Calls.Exchange("GET", ApiRoutes.ControlPlane, default, CancellationToken.None));
    }

    [Fact]
    public async Task Server_sent_events_cut_anywhere_come_whole_and_in_order()
    {
        await using var server = new RawServer(SocketPath, RawServer.Pieces(
            "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n", ":\n\nid: 1\nda", "ta: {\"instance\":\"api-0123456789ab-1\",\"error\":false,\"te", "xt\":\"one\"}\n", "\ndata:{\"instance\":\"api-0123456789ab-1\",\r\ndata: \"error\":true,\"text\":\"two\"}\r\n\r\n"));
        var lines = new List<LogLineView>();
        await foreach (var line in Calls.Stream("/x", ApiJson.Default.LogLineView, CancellationToken.None))
            lines.Add(line);

        Assert.Equal([("one", false), ("two", true)], lines.Select(line => (line.Text, line.Error)));
    }
}

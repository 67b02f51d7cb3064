using Slipway.Cli.Connection;
using Slipway.Cli.Following;
using Slipway.Cli.Homes;
using Slipway.Cli.Invoking;
using Slipway.Cli.Tests.Connection;

namespace Slipway.Cli.Tests.Following;

public sealed class RolloutFollowerTests : IDisposable
{
    private const string Stream = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n";

    private readonly string _home = Directory.CreateTempSubdirectory("slipway-cli-").FullName;

    public void Dispose() => Directory.Delete(_home, recursive: true);

    [Fact]
    public async Task A_restart_of_the_control_plane_does_not_end_the_following()
    {
        var notices = new List<string>();
        await using var server = new RawServer(
            Path.Combine(_home, "control.sock"),
            RawServer.Pieces(Stream, Views.Event(Views.Rollout("baking", 10)), "data: {\"id\":\"ci-"),
            RawServer.Pieces("HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n"),
            RawServer.Pieces(Stream),
            RawServer.Pieces(Stream, Views.Event(Views.Rollout("baking", 50)), Views.Event(Views.Rollout("done", 100, "promoted"))));
        var seen = new List<(int, string?)>();
        await foreach (var view in Follower(TimeSpan.FromSeconds(30), notices).Follow(Views.Rollout("baking").Id, CancellationToken.None))
            seen.Add((view.Percent, view.Outcome));

        Assert.Equal([(10, null), (50, null), (100, "promoted")], seen);
        Assert.Equal(2, notices.Count);
    }

    [Fact]
    public async Task A_control_plane_that_stays_away_leaves_the_outcome_unknown()
    {
        await using (new RawServer(Path.Combine(_home, "control.sock"), RawServer.Pieces(Stream, Views.Event(Views.Rollout("baking", 10)))))
        {
            var failure = await Assert.ThrowsAsync<CommandFailure>(async () =>
            {
                await foreach (var view in Follower(TimeSpan.FromMilliseconds(500), []).Follow(Views.Rollout("baking").Id, CancellationToken.None))
                    Assert.Null(view.Outcome);
            });
            Assert.Equal(ExitCodes.Outside, failure.ExitCode);
            Assert.Contains("unknown", failure.Message);
            Assert.Contains("slipway show ci-2 -f", failure.Remedy);
        }
    }

    [Fact]
    public async Task A_control_plane_that_hangs_is_asked_again()
    {
        await using var server = new RawServer(
            Path.Combine(_home, "control.sock"),
            socket => socket.ReceiveAsync(new byte[1]), // Silent until the other side gives up.
            RawServer.Pieces(Stream, Views.Event(Views.Rollout("done", 0, "aborted"))));
        var calls = new ControlPlaneCalls(new HomeFolder(_home)) { SilenceMax = TimeSpan.FromMilliseconds(200) };
        var outcome = "";
        await foreach (var view in new RolloutFollower(calls, TimeSpan.FromSeconds(30)).Follow(Views.Rollout("baking").Id, CancellationToken.None))
            outcome = view.Outcome;
        Assert.Equal("aborted", outcome);
    }

    [Fact]
    public async Task A_rollout_that_does_not_exist_is_refused_at_once()
    {
        await using var server = new RawServer(
            Path.Combine(_home, "control.sock"),
            RawServer.Answer("404 Not Found", """{"code":"SLIP404","title":"There is no rollout ci-2.","remedy":"See: slipway history","status":404}"""));
        await Assert.ThrowsAsync<CommandFailure>(async () =>
        {
            await foreach (var view in Follower(TimeSpan.FromSeconds(30), []).Follow(Views.Rollout("baking").Id, CancellationToken.None))
                Assert.Fail(view.Phase);
        });
    }

    private RolloutFollower Follower(TimeSpan lossMax, List<string> notices)
        => new(new ControlPlaneCalls(new HomeFolder(_home)), lossMax) { Notice = notices.Add };
}

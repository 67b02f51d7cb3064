using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using Slipway.Core.Api;

namespace Slipway.ControlPlane.Tests;

/// <summary>Deploys, steering and what is shown of them, through HTTP, with a world in which everything works at once.</summary>
public sealed class RolloutApiTests
{
    private const string First = "app: shop\nversion: 1.0.0\nguard: 0s\nrollout: { strategy: blue-green, bake: 0s }\nservices:\n  worker: { build: make one, run: ./worker }\n";
    private const string Second = "app: shop\nversion: 2.0.0\nguard: 0s\nrollout: { strategy: blue-green, bake: 0s }\nservices:\n  worker: { build: make two, run: ./worker }\n";
    private const string Local = "/v1/environments/local";

    [Fact]
    public async Task A_deploy_is_followed_to_its_outcome_and_shown_afterwards()
    {
        await using var running = await RunningControlPlane.Start();
        using var answer = await running.Deploy(First);
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        var begun = await answer.Content.ReadFromJsonAsync(ApiJson.Default.DeployAnswer);
        var states = await running.Follow($"/v1/rollouts/{begun!.Rollout!.Id}/follow", ApiJson.Default.RolloutView).Select(one => one.Value).ToListAsync();
        Assert.All(states[..^1], state => Assert.Null(state.Outcome));
        Assert.Equal(("promoted", "done"), (states[^1].Outcome, states[^1].Phase));
        var environment = await running.Get(Local, ApiJson.Default.EnvironmentView);
        Assert.Equal("1.0.0", environment.Live!.Version);
        Assert.Equal("live", environment.State);
        Assert.Single(environment.Instances);
        var release = await running.Get($"/v1/releases/{environment.Live.Id}", ApiJson.Default.ReleaseView);
        Assert.Equal("worker", Assert.Single(release.Services).Service.ToString());
        Assert.Equal(begun.Rollout.Id, (await running.Get($"/v1/rollouts/{begun.Rollout.Id}", ApiJson.Default.RolloutView)).Id);
    }

    [Fact]
    public async Task A_deploy_of_what_is_live_already_changes_nothing_and_says_so()
    {
        await using var running = await RunningControlPlane.Start();
        await running.DeployToTheEnd(First);
        using var again = await running.Deploy(First);
        Assert.Equal(HttpStatusCode.OK, again.StatusCode);
        var answer = await again.Content.ReadFromJsonAsync(ApiJson.Default.DeployAnswer);
        Assert.Null(answer!.Rollout);
        Assert.Contains("live already", answer.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_home_takes_one_application_only()
    {
        await using var running = await RunningControlPlane.Start();
        await running.DeployToTheEnd(First);
        using var other = await running.Deploy(First.Replace("app: shop", "app: till", StringComparison.Ordinal));
        Assert.Equal(HttpStatusCode.Conflict, other.StatusCode);
        Assert.Contains("'shop'", (await other.Content.ReadFromJsonAsync(ApiJson.Default.Problem))!.Title, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_build_that_fails_is_told_with_its_last_lines_and_what_to_do()
    {
        await using var running = await RunningControlPlane.Start();
        running.World.FailBuild = true;
        var ended = await running.DeployToTheEnd(First);
        Assert.Equal("failed", ended.Outcome);
        Assert.Contains("error: no", ended.Failure!.LastLines);
        Assert.NotEmpty(ended.Failure.Remedy);
        Assert.Null((await running.Get(Local, ApiJson.Default.EnvironmentView)).Live);
    }

    [Fact]
    public async Task A_second_deploy_is_refused_by_the_name_of_the_first_or_waits_in_line_when_asked()
    {
        await using var running = await RunningControlPlane.Start();
        var gate = new TaskCompletionSource();
        running.World.BuildGate = gate.Task;
        using var first = await running.Deploy(First);
        var begun = await first.Content.ReadFromJsonAsync(ApiJson.Default.DeployAnswer);
        using var second = await running.Deploy(Second);
        Assert.Equal(HttpStatusCode.Conflict, second.StatusCode);
        Assert.Contains(begun!.Rollout!.Id.ToString(), (await second.Content.ReadFromJsonAsync(ApiJson.Default.Problem))!.Title, StringComparison.Ordinal);
        using var queued = await running.Deploy(Second, queue: true);
        Assert.Equal(HttpStatusCode.Accepted, queued.StatusCode);
        var waiting = await queued.Content.ReadFromJsonAsync(ApiJson.Default.DeployAnswer);
        Assert.Equal("queued", waiting!.Rollout!.Phase);
        Assert.Single((await running.Get(Local, ApiJson.Default.EnvironmentView)).Queue);
        gate.SetResult();
        Assert.Equal("promoted", (await running.FollowToTheEnd(waiting.Rollout)).Outcome);
    }

    [Fact]
    public async Task A_follower_that_goes_or_never_reads_changes_nothing_for_the_rollout()
    {
        await using var running = await RunningControlPlane.Start();
        var gate = new TaskCompletionSource();
        running.World.BuildGate = gate.Task;
        using var answer = await running.Deploy(First);
        var id = (await answer.Content.ReadFromJsonAsync(ApiJson.Default.DeployAnswer))!.Rollout!.Id;
        using var deaf = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) { ReceiveBufferSize = 1024 };
        await deaf.ConnectAsync(new UnixDomainSocketEndPoint(running.Home.Socket));
        await deaf.SendAsync(Encoding.ASCII.GetBytes($"GET /v1/rollouts/{id}/follow HTTP/1.1\r\nHost: slipway\r\n\r\n"));
        await foreach (var _ in running.Follow($"/v1/rollouts/{id}/follow", ApiJson.Default.RolloutView))
            break;
        gate.SetResult();
        await Eventually.Is(
            async () => (await running.Get($"/v1/rollouts/{id}", ApiJson.Default.RolloutView)).Outcome == "promoted", "the rollout is promoted");
    }

    [Fact]
    public async Task A_rollout_can_be_aborted_and_what_does_not_apply_is_refused()
    {
        await using var running = await RunningControlPlane.Start();
        var gate = new TaskCompletionSource();
        running.World.BuildGate = gate.Task;
        using var answer = await running.Deploy(First);
        Assert.Equal(HttpStatusCode.Conflict, (await Post(running, $"{Local}/rollout/approve")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await Post(running, $"{Local}/rollout/explode")).StatusCode);
        using var aborted = await Post(running, $"{Local}/rollout/abort");
        Assert.Equal(HttpStatusCode.OK, aborted.StatusCode);
        var id = (await aborted.Content.ReadFromJsonAsync(ApiJson.Default.RolloutView))!.Id;
        await Eventually.Is(
            async () => (await running.Get($"/v1/rollouts/{id}", ApiJson.Default.RolloutView)).Outcome == "aborted", "the rollout is aborted");
        Assert.Equal(HttpStatusCode.Conflict, (await Post(running, $"{Local}/rollout/abort")).StatusCode);
    }

    [Fact]
    public async Task A_rollback_makes_the_release_before_live_again()
    {
        await using var running = await RunningControlPlane.Start();
        var first = await running.DeployToTheEnd(First);
        await running.DeployToTheEnd(Second);
        using var answer = await running.Client.PostAsJsonAsync($"{Local}/rollback", new(null, "worse than before"), ApiJson.Default.RollbackRequest);
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        await Eventually.Is(
            async () => (await running.Get(Local, ApiJson.Default.EnvironmentView)).Live?.Id == first.Candidate!.Id, "the first release is live");
        var history = await running.Get($"{Local}/rollouts?limit=2", ApiJson.Default.IReadOnlyListRolloutView);
        Assert.Equal(2, history.Count);
        Assert.True(history[0].RequestedAt >= history[1].RequestedAt);
        using var unknown = await running.Client.PostAsync($"{Local}/rollback", new StringContent("{\"to\":\"000000000000\"}", Encoding.UTF8, "application/json"));
        Assert.Equal(HttpStatusCode.NotFound, unknown.StatusCode);
    }

    [Fact]
    public async Task Down_answers_once_nothing_runs_and_reset_deletes_what_instances_left()
    {
        await using var running = await RunningControlPlane.Start();
        await running.DeployToTheEnd(First);
        running.Folder.Write("home/environments/local/instances/worker-1/work/data.txt", "x");
        using var answer = await running.Client.PostAsJsonAsync($"{Local}/down", new(Reset: true), ApiJson.Default.DownRequest);
        var view = await answer.Content.ReadFromJsonAsync(ApiJson.Default.EnvironmentView);
        Assert.Equal("idle", view!.State);
        Assert.Empty(view.Instances);
        Assert.False(Directory.Exists(running.Folder.At("home/environments/local/instances")));
        using var again = await running.Client.PostAsJsonAsync($"{Local}/down", new(Reset: false), ApiJson.Default.DownRequest);
        Assert.Equal(HttpStatusCode.OK, again.StatusCode);
    }

    [Fact]
    public async Task What_was_never_deployed_is_not_found()
    {
        await using var running = await RunningControlPlane.Start();
        Assert.Empty(await running.Get("/v1/environments", ApiJson.Default.IReadOnlyListEnvironmentView));
        foreach (var path in new[] { Local, $"{Local}/rollouts", $"{Local}/logs", "/v1/rollouts/local-1", "/v1/rollouts/local-1/follow", "/v1/releases/000000000000" })
            Assert.Equal(HttpStatusCode.NotFound, (await running.Client.GetAsync(path)).StatusCode);
    }

    [Fact]
    public async Task A_secret_is_found_in_no_answer_and_no_record()
    {
        const string Value = "hunter2-swordfish";
        const string Manifest = First + "settings:\n  WORKER__KEY: { secret: true }\n";
        await using var running = await RunningControlPlane.Start();
        var ended = await running.DeployToTheEnd(Manifest, ("WORKER__KEY", Value));
        Assert.Equal("secret://home/local/WORKER__KEY#1", ended.Candidate!.Services[0].Secrets["WORKER__KEY"]);
        Assert.Contains(running.World.Workloads(ended.Environment), workload => workload.Variables["WORKER__KEY"] == Value);
        foreach (var path in new[] { Local, $"{Local}/rollouts", $"/v1/releases/{ended.Candidate.Id}", "/v1/events", "/metrics" })
            Assert.DoesNotContain(Value, await running.Client.GetStringAsync(path), StringComparison.Ordinal);
    }

    private static Task<HttpResponseMessage> Post(RunningControlPlane running, string path)
        => running.Client.PostAsync(path, new StringContent("{}", Encoding.UTF8, "application/json"));
}

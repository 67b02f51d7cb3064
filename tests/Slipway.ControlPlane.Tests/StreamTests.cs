using System.Net;
using System.Net.Http.Json;
using Slipway.ControlPlane.Following;
using Slipway.Core.Api;

namespace Slipway.ControlPlane.Tests;

/// <summary>What can be followed, and for how long.</summary>
public sealed class StreamTests
{
    private const string Manifest = "app: shop\nguard: 0s\nrollout: { strategy: blue-green, bake: 0s }\nservices:\n  worker: { build: make one, run: ./worker }\n";

    [Fact]
    public async Task Events_are_numbered_and_a_follower_goes_on_where_it_was()
    {
        await using var running = await RunningControlPlane.Start();
        await running.DeployToTheEnd(Manifest);
        var all = await running.Follow("/v1/events", ApiJson.Default.EventView).ToListAsync();
        Assert.All(all, one => Assert.Equal(one.Value.Sequence.ToString(), one.Id));
        Assert.Equal(Enumerable.Range(1, all.Count).Select(number => (long)number), all.Select(one => one.Value.Sequence));
        var rest = await running.Follow("/v1/events?after=1", ApiJson.Default.EventView, lastId: "3").ToListAsync();
        Assert.Equal(all.Count - 3, rest.Count);
        var local = await running.Follow("/v1/events?environment=local", ApiJson.Default.EventView).ToListAsync();
        Assert.All(local, one => Assert.Equal("local", one.Value.Environment?.ToString()));
        Assert.Equal(HttpStatusCode.BadRequest, (await running.Client.GetAsync("/v1/events?after=-1")).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await running.Client.GetAsync("/v1/events?after=x")).StatusCode);
    }

    [Fact]
    public async Task A_followed_journal_brings_new_records_and_ends_with_the_control_plane()
    {
        await using var running = await RunningControlPlane.Start();
        var seen = new List<string>();
        var following = Task.Run(async () =>
        {
            await foreach (var (_, record) in running.Follow("/v1/events?follow=true", ApiJson.Default.EventView))
            {
                lock (seen)
                    seen.Add(record.Kind);
            }
        });
        await running.DeployToTheEnd(Manifest);
        await Eventually.Is(() => { lock (seen) return seen.Contains("rollout-ended"); }, "the end of the rollout is seen");
        using var answer = await running.Client.PostAsync("/v1/control-plane/shutdown", null);
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        await following.WaitAsync(Eventually.Deadline);
    }

    [Fact]
    public async Task Logs_are_the_last_lines_of_each_instance()
    {
        await using var running = await RunningControlPlane.Start();
        await running.DeployToTheEnd(Manifest);
        var lines = await running.Follow("/v1/environments/local/logs?tail=2", ApiJson.Default.LogLineView).Select(one => one.Value.Text).ToListAsync();
        Assert.Equal(["two", "three"], lines);
        Assert.Equal(HttpStatusCode.BadRequest, (await running.Client.GetAsync("/v1/environments/local/logs?tail=-1")).StatusCode);
    }

    [Fact]
    public async Task Logs_of_what_has_ended_are_shown_when_it_is_named()
    {
        await using var running = await RunningControlPlane.Start();
        var first = await running.DeployToTheEnd(Manifest);
        running.World.LogLines = ["only"];
        await running.DeployToTheEnd(Manifest.Replace("make one", "make two", StringComparison.Ordinal));
        await Eventually.Is(() => running.World.Workloads(first.Environment).Count() == 1, "the first release has ended");
        Assert.Single(await running.Follow("/v1/environments/local/logs", ApiJson.Default.LogLineView).ToListAsync());
        var named = await running.Follow($"/v1/environments/local/logs?release={first.Candidate!.Id}", ApiJson.Default.LogLineView).ToListAsync();
        Assert.Single(named);
    }

    [Fact]
    public async Task Followers_beyond_the_most_are_refused_until_a_place_is_free()
    {
        await using var running = await RunningControlPlane.Start();
        var answers = new List<HttpResponseMessage>();
        for (var i = 0; i < FollowerPlaces.Most; i++)
            answers.Add(await running.Client.GetAsync("/v1/events?follow=true", HttpCompletionOption.ResponseHeadersRead));
        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.OK, answer.StatusCode));
        using var refused = await running.Client.GetAsync("/v1/events?follow=true", HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
        Assert.Equal("SLIP429", (await refused.Content.ReadFromJsonAsync(ApiJson.Default.Problem))!.Code);
        foreach (var answer in answers)
            answer.Dispose();
        await Eventually.Is(
            async () => (await running.Client.GetAsync("/v1/events?follow=true", HttpCompletionOption.ResponseHeadersRead)).IsSuccessStatusCode,
            "a place is free again");
    }

    [Fact]
    public async Task The_journal_is_verified_and_counted()
    {
        await using var running = await RunningControlPlane.Start();
        await running.DeployToTheEnd(Manifest);
        var audit = await running.Get("/v1/audit/verify", ApiJson.Default.AuditView);
        Assert.Null(audit.Fault);
        Assert.Equal(64, audit.LastHash.Length);
        var metrics = await running.Client.GetStringAsync("/metrics");
        Assert.Contains($"slipway_journal_records_total {audit.Records}\n", metrics, StringComparison.Ordinal);
        Assert.Contains("slipway_rollouts_total{environment=\"local\",outcome=\"promoted\"} 1\n", metrics, StringComparison.Ordinal);
        Assert.Contains("phase=\"ready\"} 1\n", metrics, StringComparison.Ordinal);
        Assert.Equal("ready\n", await running.Client.GetStringAsync("/ready"));
    }
}

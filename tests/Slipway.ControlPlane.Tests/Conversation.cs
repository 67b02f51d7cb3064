using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Slipway.Core.Api;

namespace Slipway.ControlPlane.Tests;

/// <summary>Requests and followings as a caller makes them.</summary>
internal static class Conversation
{
    public static async Task<T> Get<T>(this RunningControlPlane running, string path, JsonTypeInfo<T> type)
    {
        using var answer = await running.Client.GetAsync(path);
        Assert.True(answer.IsSuccessStatusCode, $"{path}: {await answer.Content.ReadAsStringAsync()}");
        return (await answer.Content.ReadFromJsonAsync(type))!;
    }

    public static Task<HttpResponseMessage> Deploy(
        this RunningControlPlane running, string manifest, bool queue = false, params (string Name, string Value)[] variables)
    {
        var request = new DeployRequest
        {
            ManifestPath = running.Folder.Write("slipway.yaml", manifest),
            Variables = variables.ToDictionary(pair => pair.Name, pair => pair.Value),
            Queue = queue,
        };
        return running.Client.PostAsJsonAsync("/v1/environments/local/deploy", request, ApiJson.Default.DeployRequest);
    }

    /// <summary>Deploys, and waits until the rollout has ended.</summary>
    public static async Task<RolloutView> DeployToTheEnd(this RunningControlPlane running, string manifest, params (string Name, string Value)[] variables)
    {
        using var answer = await running.Deploy(manifest, queue: false, variables);
        Assert.True((int)answer.StatusCode == 202, await answer.Content.ReadAsStringAsync());
        var begun = await answer.Content.ReadFromJsonAsync(ApiJson.Default.DeployAnswer);
        return await running.FollowToTheEnd(begun!.Rollout!);
    }

    /// <summary>The rollout once it has ended; fails with its last state when it never does.</summary>
    public static async Task<RolloutView> FollowToTheEnd(this RunningControlPlane running, RolloutView rollout)
    {
        var last = rollout;
        try
        {
            await foreach (var (_, state) in running.Follow($"/v1/rollouts/{rollout.Id}/follow", ApiJson.Default.RolloutView))
                last = state;
        }
        catch (OperationCanceledException)
        {
            Assert.Fail($"The rollout never ended: {JsonSerializer.Serialize(last, ApiJson.Default.RolloutView)}");
        }
        Assert.NotNull(last.Outcome);
        return last;
    }

    /// <summary>The server-sent events of a path, until the server ends them.</summary>
    public static async IAsyncEnumerable<(string? Id, T Value)> Follow<T>(this RunningControlPlane running, string path, JsonTypeInfo<T> type, string? lastId = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (lastId is not null)
            request.Headers.Add("Last-Event-ID", lastId);
        using var answer = await running.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        Assert.True(answer.IsSuccessStatusCode, $"{path}: {(int)answer.StatusCode}");
        Assert.Equal("text/event-stream", answer.Content.Headers.ContentType?.MediaType);
        using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync());
        string? id = null;
        using var deadline = new CancellationTokenSource(Eventually.Deadline);
        while (await reader.ReadLineAsync(deadline.Token) is { } line)
        {
            if (line.StartsWith("id: ", StringComparison.Ordinal))
                id = line[4..];
            else if (line.StartsWith("data: ", StringComparison.Ordinal))
                yield return (id, JsonSerializer.Deserialize(line[6..], type)!);
        }
    }
}

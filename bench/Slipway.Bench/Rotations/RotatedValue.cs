using System.Net;
using System.Net.Http.Headers;

namespace Slipway.Bench.Rotations;

/// <summary>The key that courier's API asks of its callers. They get the new one once it is used, and have the overlap to take it up.</summary>
internal sealed class RotatedValue : IRotatedSecret
{
    private volatile string _shown = "";
    private string _old = "";

    public string Name => "API key";

    public string Setting => "API__KEY";

    public string Manifest => RotationManifest.Of(
        Repository.CourierApi,
        "API__KEY: { secret: true, store: home, range: 12..200, rotation: { kind: value, overlap: 20s } }",
        "COURIER__DATABASE: { required: [bench], doc: The file. }");

    public async Task<Dictionary<string, string>> Prepare(Stack stack, CancellationToken stop)
    {
        await stack.SetSecret(Setting, "the-first-key-of-all");
        return new() { ["COURIER__DATABASE"] = Path.Combine(stack.Folder, "courier.db") };
    }

    public async Task Begin(Stack stack, Uri gateway, CancellationToken stop) => _shown = _old = await stack.Secret(Setting);

    public async Task Switch(Stack stack, CancellationToken stop) => _shown = await stack.Secret(Setting);

    public HttpRequestMessage Request() => new(HttpMethod.Get, "/v1/messages?limit=1") { Headers = { Authorization = new AuthenticationHeaderValue("Bearer", _shown) } };

    public async Task<bool> RefusesOld(Uri gateway, CancellationToken stop)
    {
        using var client = new HttpClient { BaseAddress = gateway };
        client.DefaultRequestHeaders.Authorization = new("Bearer", _old);
        using var answer = await client.GetAsync("/v1/messages?limit=1", stop);
        return answer.StatusCode == HttpStatusCode.Unauthorized;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}

using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;

namespace Slipway.Bench.Rotations;

/// <summary>
/// The keys that courier's API signs tokens with. Callers get a token twice a second and use it for a second, which is well within the
/// overlap, as a token's lifetime must be.
/// </summary>
internal sealed class RotatedKeys : IRotatedSecret
{
    private static readonly TimeSpan Fresh = TimeSpan.FromMilliseconds(500);
    private readonly CancellationTokenSource _end = new();
    private volatile string _token = "";
    private volatile string _before = "";
    private string _old = "";
    private Task _fetching = Task.CompletedTask;
    private int _requests;

    public string Name => "signing keys";

    public string Setting => "API__SIGNING_KEYS";

    public string Manifest => RotationManifest.Of(
        Repository.CourierApi,
        "API__KEY: { secret: true, store: home, range: 12..200 }",
        "API__SIGNING_KEYS: { type: jwks, secret: true, store: home, rotation: { kind: keys, overlap: 10s } }",
        "COURIER__DATABASE: { required: [bench], doc: The file. }");

    public async Task<Dictionary<string, string>> Prepare(Stack stack, CancellationToken stop)
    {
        await stack.SetSecret("API__KEY", "the-key-of-callers");
        await stack.SetSecret(Setting, null);
        return new() { ["COURIER__DATABASE"] = Path.Combine(stack.Folder, "courier.db") };
    }

    public async Task Begin(Stack stack, Uri gateway, CancellationToken stop)
    {
        var client = new HttpClient { BaseAddress = gateway, DefaultRequestHeaders = { Authorization = new AuthenticationHeaderValue("Bearer", "the-key-of-callers") } };
        _old = _before = _token = await Token(client, stop);
        if (_fetching.IsCompleted)
            _fetching = Fetch(client);
    }

    public Task Switch(Stack stack, CancellationToken stop) => Task.CompletedTask;

    // Half of the callers still have the token before.
    public HttpRequestMessage Request()
    {
        var token = Interlocked.Increment(ref _requests) % 2 == 0 ? _token : _before;
        return new(HttpMethod.Get, "/v1/messages?limit=1") { Headers = { Authorization = new AuthenticationHeaderValue("Bearer", token) } };
    }

    public async Task<bool> RefusesOld(Uri gateway, CancellationToken stop)
    {
        using var client = new HttpClient { BaseAddress = gateway };
        client.DefaultRequestHeaders.Authorization = new("Bearer", _old);
        using var answer = await client.GetAsync("/v1/messages?limit=1", stop);
        return answer.StatusCode == HttpStatusCode.Unauthorized;
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _fetching;
        _end.Dispose();
    }

    private async Task Fetch(HttpClient client)
    {
        using (client)
        {
            while (!_end.IsCancellationRequested)
            {
                await Task.WhenAny(Task.Delay(Fresh, _end.Token));
                if (_end.IsCancellationRequested)
                    return;
                (_before, _token) = (_token, await TokenOrNone(client));
            }
        }
    }

    // Whoever is refused a token shows what is none, and is then refused once more: that is counted.
    private static async Task<string> TokenOrNone(HttpClient client)
    {
        try
        {
            return await Token(client, CancellationToken.None);
        }
        catch (HttpRequestException refused)
        {
            return $"none-{refused.StatusCode}";
        }
    }

    private static async Task<string> Token(HttpClient client, CancellationToken stop)
    {
        using var answer = await client.PostAsync("/v1/tokens", null, stop);
        answer.EnsureSuccessStatusCode();
        using var made = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(stop));
        return made.RootElement.GetProperty("token").GetString()!;
    }
}

using System.Net.Http.Headers;

namespace Slipway.Fixture;

/// <summary>
/// Somebody else's service, at the address in TOKEN_SERVER, that lets in by tokens. <c>slipway-fixture token create</c> asks it for one
/// (<c>POST /tokens/ROTATION</c>) and prints it; <c>slipway-fixture token revoke</c> takes back the one on standard input
/// (<c>DELETE /tokens</c>). Nothing of it is loaded before it is asked.
/// </summary>
internal static class Tokens
{
    private static readonly HttpClient s_client = new(new SocketsHttpHandler { UseProxy = false })
    {
        BaseAddress = new(Environment.GetEnvironmentVariable("TOKEN_SERVER") ?? "http://127.0.0.1:1"),
        Timeout = TimeSpan.FromSeconds(10),
    };

    /// <summary>Calls it with API_TOKEN, and passes on how it answers.</summary>
    public static async Task<(int Status, string Text)> AskAsync()
    {
        try
        {
            using var answer = await SendAsync(HttpMethod.Get, "/", Environment.GetEnvironmentVariable("API_TOKEN") ?? "");
            return ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync());
        }
        catch (HttpRequestException)
        {
            return (502, "unreachable");
        }
    }

    /// <summary>Makes or revokes a token; gives the exit code.</summary>
    public static async Task<int> RunAsync(string verb)
    {
        using var answer = verb == "create"
            ? await SendAsync(HttpMethod.Post, $"/tokens/{Environment.GetEnvironmentVariable("SLIPWAY_ROTATION")}", "")
            : await SendAsync(HttpMethod.Delete, "/tokens", await Console.In.ReadToEndAsync());
        Console.Write(await answer.Content.ReadAsStringAsync());
        return answer.IsSuccessStatusCode ? 0 : 1;
    }

    private static async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, string token)
    {
        using var request = new HttpRequestMessage(method, path);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return await s_client.SendAsync(request);
    }
}

using System.Collections.Concurrent;

namespace Slipway.EndToEnd.Tests;

/// <summary>A steady stream of requests through a gateway; every answer that is not 200, and every failure, is kept.</summary>
internal sealed class Traffic : IAsyncDisposable
{
    private readonly HttpClient _client;
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentQueue<string> _failures = new();
    private readonly Task _running;

    private Traffic(Uri address)
    {
        _client = new HttpClient { BaseAddress = address, Timeout = TimeSpan.FromSeconds(20) };
        _running = Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Ask()));
    }

    public IReadOnlyCollection<string> Failures => _failures;

    public static async Task<Traffic> Start(Stage stage, string environment)
        => new(new Uri((await stage.Status(environment)).GetProperty("address").GetString()!));

    /// <summary>The version that answers now.</summary>
    public Task<string> Version() => _client.GetStringAsync("/version");

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        _client.Dispose();
        _stop.Dispose();
    }

    private async Task Ask()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                using var answer = await _client.PostAsync("/echo", new StringContent("hello"));
                if (!answer.IsSuccessStatusCode)
                    _failures.Enqueue($"{(int)answer.StatusCode}");
                else if (await answer.Content.ReadAsStringAsync() != "hello")
                    _failures.Enqueue("a wrong answer");
            }
            catch (HttpRequestException e)
            {
                _failures.Enqueue(e.Message);
            }
            await Task.Delay(10);
        }
    }
}

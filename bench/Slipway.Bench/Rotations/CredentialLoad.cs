using System.Collections.Concurrent;
using System.Diagnostics;

namespace Slipway.Bench.Rotations;

/// <summary>
/// Requests at a steady rate, whatever becomes of those before, each with a credential that is valid when it is sent. Everything but
/// 200 counts as refused, an answer that never came included.
/// </summary>
internal sealed class CredentialLoad : IAsyncDisposable
{
    private static readonly TimeSpan Beat = TimeSpan.FromMilliseconds(20);
    private readonly HttpClient _client = new(new SocketsHttpHandler { UseProxy = false, MaxConnectionsPerServer = 64 }) { Timeout = TimeSpan.FromSeconds(15) };
    private readonly CancellationTokenSource _end = new();
    private readonly ConcurrentQueue<string> _refusals = new();
    private readonly Task _running;
    private long _sent;

    /// <param name="gateway">Where to.</param>
    /// <param name="ratePerSecond">How many.</param>
    /// <param name="request">The next one, its path relative.</param>
    public CredentialLoad(Uri gateway, double ratePerSecond, Func<HttpRequestMessage> request)
    {
        _client.BaseAddress = gateway;
        _running = Task.Run(() => Run(ratePerSecond, request));
    }

    /// <summary>How many were sent.</summary>
    public long Sent => Interlocked.Read(ref _sent);

    /// <summary>What came instead of 200, and when, oldest first.</summary>
    public IReadOnlyCollection<string> Refusals => _refusals;

    /// <summary>Sends no more, and waits for what is under way.</summary>
    public async Task End()
    {
        await _end.CancelAsync();
        await _running;
    }

    public async ValueTask DisposeAsync()
    {
        await End();
        _client.Dispose();
        _end.Dispose();
    }

    private async Task Run(double ratePerSecond, Func<HttpRequestMessage> request)
    {
        var underWay = new List<Task>();
        var clock = Stopwatch.StartNew();
        while (!_end.IsCancellationRequested)
        {
            while (Sent < clock.Elapsed.TotalSeconds * ratePerSecond)
            {
                Interlocked.Increment(ref _sent);
                underWay.Add(Send(request(), clock));
            }
            underWay.RemoveAll(task => task.IsCompleted);
            await Task.Delay(Beat);
        }
        await Task.WhenAll(underWay);
    }

    private async Task Send(HttpRequestMessage request, Stopwatch clock)
    {
        var at = clock.Elapsed.TotalSeconds;
        using (request)
        {
            try
            {
                using var answer = await _client.SendAsync(request, CancellationToken.None);
                if ((int)answer.StatusCode != 200)
                    _refusals.Enqueue($"after {at:0.0} s: {(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync(CancellationToken.None)}");
            }
            catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
            {
                _refusals.Enqueue($"after {at:0.0} s: {e.Message}");
            }
        }
    }
}

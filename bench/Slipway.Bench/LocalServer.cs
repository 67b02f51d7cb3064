using System.Net;

namespace Slipway.Bench;

/// <summary>Somebody else's service on a port of its own of this machine.</summary>
internal sealed class LocalServer : IAsyncDisposable
{
    private readonly HttpListener _listener = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly Func<HttpListenerContext, Task> _answer;
    private readonly Task _serving;

    /// <param name="answer">Answers a request; the next one is not held up by it.</param>
    public LocalServer(Func<HttpListenerContext, Task> answer)
    {
        _answer = answer;
        Address = $"http://127.0.0.1:{LocalPort.Free()}/";
        _listener.Prefixes.Add(Address);
        _listener.Start();
        _serving = Serve();
    }

    /// <summary>Where it listens, with a slash at the end.</summary>
    public string Address { get; }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _serving;
        _listener.Close();
        _stop.Dispose();
    }

    private async Task Serve()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                // The listener itself forgets, when it is stopped, who begins to wait at that instant: such a one waits for ever.
                _ = _answer(await _listener.GetContextAsync().WaitAsync(_stop.Token));
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException or InvalidOperationException or OperationCanceledException)
            {
                // It is stopped, or a caller has gone; the next look tells which.
                continue;
            }
        }
    }
}

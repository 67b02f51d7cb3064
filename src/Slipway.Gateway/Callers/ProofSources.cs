using Slipway.Gateway.Hosting;

namespace Slipway.Gateway.Callers;

/// <summary>
/// The sources of all routes, each once. They outlive a table for as long as the next one names them, and are looked at on a thread
/// of their own, since an issuer far away must not stop a connection.
/// </summary>
internal sealed class ProofSources(string home, GatewayLog log) : IDisposable
{
    private const int PeriodMilliseconds = 2_000;

    private readonly Lock _lock = new();
    private readonly ManualResetEventSlim _ended = new();
    private readonly AutoResetEvent _isNew = new(false);
    private Dictionary<(bool IsSigned, string Place), IProofSource> _sources = [];
    private Dictionary<(bool IsSigned, string Place), IProofSource> _next = [];
    private Thread? _thread;

    /// <summary>The callers of a file.</summary>
    public CallerFile Callers(string path) => (CallerFile)Of(false, path, static (place, _, log) => new CallerFile(place, log));

    /// <summary>The signing keys of a file or an address.</summary>
    public SigningKeys Keys(string place) => (SigningKeys)Of(true, place, static (place, home, log) => new SigningKeys(place, home, log));

    /// <summary>What was asked for since the last call is all that is needed from here on.</summary>
    public void Settle()
    {
        lock (_lock)
        {
            (_sources, _next) = (_next, []);
            if (_sources.Count == 0)
                return;
            if (_thread is null)
            {
                _thread = new(Run) { IsBackground = true, Name = "proofs" };
                _thread.Start();
            }
            _isNew.Set();
        }
    }

    /// <summary>Ends the thread.</summary>
    public void Dispose()
    {
        _ended.Set();
        _isNew.Set();
    }

    private IProofSource Of(bool isSigned, string place, Func<string, string, GatewayLog, IProofSource> make)
    {
        lock (_lock)
        {
            if (!_next.TryGetValue((isSigned, place), out var source))
                _next.Add((isSigned, place), source = _sources.GetValueOrDefault((isSigned, place)) ?? make(place, home, log));
            return source;
        }
    }

    private void Run()
    {
        while (!_ended.IsSet)
        {
            IProofSource[] sources;
            lock (_lock)
                sources = [.. _sources.Values];
            foreach (var source in sources)
            {
                try
                {
                    source.Look();
                }
                catch (Exception e) when (e is not OutOfMemoryException)
                {
                    log.Error("a source of callers or keys could not be looked at", ("fault", e.ToString()));
                }
            }
            _isNew.WaitOne(PeriodMilliseconds);
        }
    }
}

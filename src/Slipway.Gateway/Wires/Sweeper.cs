namespace Slipway.Gateway.Wires;

/// <summary>Something that wants a look a few times a second, off the threads that carry data.</summary>
internal interface ISwept
{
    /// <summary>Where it stands in the sweeper's list; the sweeper's own.</summary>
    int SweeperIndex { get; set; }

    /// <summary>Looks for deadlines that have passed. Must not block.</summary>
    /// <param name="now">In milliseconds of <see cref="Environment.TickCount64"/>.</param>
    void Sweep(long now);
}

/// <summary>
/// One thread that closes what is late. Ten looks a second over plain arrays cost less than arming a timer for every
/// operation, and deadlines here are seconds long.
/// </summary>
internal sealed class Sweeper
{
    private const int PeriodMilliseconds = 100;

    private readonly Lock _lock = new();
    private ISwept[] _swept = new ISwept[256];
    private ISwept[] _seen = [];
    private int _count;
    private readonly ManualResetEventSlim _stopped = new();

    /// <summary>Starts the thread.</summary>
    public void Start() => new Thread(Run) { IsBackground = true, Name = "sweeper" }.Start();

    /// <summary>Ends the thread.</summary>
    public void Stop() => _stopped.Set();

    /// <summary>Takes something into its rounds.</summary>
    public void Add(ISwept swept)
    {
        lock (_lock)
        {
            if (_count == _swept.Length)
                Array.Resize(ref _swept, _count * 2);
            swept.SweeperIndex = _count;
            _swept[_count++] = swept;
        }
    }

    /// <summary>Leaves it out from now on.</summary>
    public void Remove(ISwept swept)
    {
        lock (_lock)
        {
            var at = swept.SweeperIndex;
            if (at < 0)
                return;
            swept.SweeperIndex = -1;
            var last = _swept[--_count];
            _swept[_count] = null!;
            if (ReferenceEquals(last, swept))
                return;
            _swept[at] = last;
            last.SweeperIndex = at;
        }
    }

    private void Run()
    {
        while (!_stopped.Wait(PeriodMilliseconds))
            Round(Environment.TickCount64);
    }

    private void Round(long now)
    {
        int count;
        lock (_lock)
        {
            count = _count;
            if (_seen.Length < count)
                _seen = new ISwept[_swept.Length];
            Array.Copy(_swept, _seen, count);
        }
        for (var i = 0; i < count; i++)
            _seen[i].Sweep(now);
        Array.Clear(_seen, 0, count);
    }
}

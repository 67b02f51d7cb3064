using System.Diagnostics;
using System.Net;

namespace Slipway.Cli.Load;

/// <summary>One load under way: its connections, the requests that wait for one, and the counts.</summary>
internal sealed class LoadRun : IDisposable
{
    private readonly Lock _lock = new();
    private readonly Stack<LoadConnection> _idle = new();
    private readonly List<LoadConnection> _connections = [];
    private readonly Queue<LoadWork> _waiting = new();
    private readonly TaskCompletionSource _drained = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _unended;
    private bool _closed;

    /// <summary>Prepares it.</summary>
    public LoadRun(LoadPlan plan, IPEndPoint target, long startedAt)
    {
        (Plan, Target, Tally) = (plan, target, new(plan, startedAt));
        Bytes = new RequestBytes[plan.Mix.Length];
        for (var i = 0; i < Bytes.Length; i++)
            Bytes[i] = new(plan.Mix[i], plan.Target);
    }

    /// <summary>The plan.</summary>
    public LoadPlan Plan { get; }

    /// <summary>Where the connections go.</summary>
    public IPEndPoint Target { get; }

    /// <summary>The counts.</summary>
    public LoadTally Tally { get; }

    /// <summary>The plan's requests, encoded.</summary>
    public RequestBytes[] Bytes { get; }

    /// <summary>Ends once no request is under way any more, after <see cref="Close"/>.</summary>
    public Task Drained => _drained.Task;

    /// <summary>Sends a request on a free connection, a new one, or the next that becomes free.</summary>
    public void Dispatch(in LoadWork work)
    {
        Tally.CountDue(work.DueAt, Stopwatch.GetTimestamp());
        LoadConnection? connection;
        lock (_lock)
        {
            _unended++;
            if (!_idle.TryPop(out connection))
            {
                if (_connections.Count >= Plan.ConnectionsMax)
                {
                    _waiting.Enqueue(work);
                    return;
                }
                connection = new(this);
                _connections.Add(connection);
            }
        }
        connection.Begin(work);
    }

    /// <summary>The next request that waits; false when none does, and the connection is idle from then on.</summary>
    public bool TryTakeNext(LoadConnection connection, out LoadWork work)
    {
        lock (_lock)
        {
            if (_waiting.TryDequeue(out work))
                return true;
            _idle.Push(connection);
            return false;
        }
    }

    /// <summary>Counts the end of a request.</summary>
    public void Ended(in LoadWork work, in LoadEnd end)
    {
        Tally.Count(work, end);
        lock (_lock)
        {
            if (--_unended == 0 && _closed)
                _drained.TrySetResult();
        }
    }

    /// <summary>Says that no further request falls due.</summary>
    public void Close()
    {
        lock (_lock)
        {
            _closed = true;
            if (_unended == 0)
                _drained.TrySetResult();
        }
    }

    /// <summary>Ends the load with a failure that is none of the target's.</summary>
    public void Fail(Exception error) => _drained.TrySetException(error);

    /// <summary>Breaks off every request whose time is up.</summary>
    public void EndLate()
    {
        var now = Stopwatch.GetTimestamp();
        LoadConnection[] all;
        lock (_lock)
            all = [.. _connections];
        foreach (var connection in all)
            connection.EndIfLate(now);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_lock)
        {
            foreach (var connection in _connections)
                connection.Dispose();
        }
    }
}

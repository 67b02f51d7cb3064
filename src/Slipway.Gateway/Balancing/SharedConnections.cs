using Slipway.Gateway.Engines;
using Slipway.Gateway.Http2;

namespace Slipway.Gateway.Balancing;

/// <summary>The connections to an instance that speaks HTTP/2, each of which carries many requests. They belong to the engine that opened them.</summary>
internal sealed class SharedConnections(int engineCount)
{
    private readonly Lock _lock = new();
    private readonly List<InstanceConnection>[] _connections = [.. Enumerable.Range(0, engineCount).Select(static _ => new List<InstanceConnection>())];
    private bool _isRetired;

    /// <summary>Those on which no request is under way.</summary>
    public int Resting
    {
        get
        {
            lock (_lock)
                return _connections.Sum(static own => own.Count(static connection => connection.IsAtRest));
        }
    }

    /// <summary>A stream of one that takes another request; null when there is none.</summary>
    /// <param name="engine">Whose connections to choose from.</param>
    /// <param name="restMillisecondsMax">How long it may have rested.</param>
    public InstanceStream? TryBegin(Engine engine, long restMillisecondsMax)
    {
        lock (_lock)
        {
            foreach (var connection in _connections[engine.Index])
            {
                if (connection.TryBegin(restMillisecondsMax) is { } stream)
                    return stream;
            }
        }
        return null;
    }

    /// <summary>Takes one that has been opened. After the instance has left it carries only what was begun on it.</summary>
    public void Add(InstanceConnection connection)
    {
        lock (_lock)
        {
            if (!_isRetired)
            {
                _connections[connection.Engine.Index].Add(connection);
                return;
            }
        }
        connection.Leave();
    }

    /// <summary>Forgets one that has ended.</summary>
    public void Remove(InstanceConnection connection)
    {
        lock (_lock)
            _connections[connection.Engine.Index].Remove(connection);
    }

    /// <summary>The instance has left: what is under way goes on, nothing is begun.</summary>
    public void Retire()
    {
        InstanceConnection[] all;
        lock (_lock)
        {
            _isRetired = true;
            all = All();
        }
        foreach (var connection in all)
            connection.Leave();
    }

    /// <summary>Looks for deadlines; ends those that have rested for long.</summary>
    /// <param name="now">In milliseconds of <see cref="Environment.TickCount64"/>.</param>
    /// <param name="restMillisecondsMax">How long they may rest.</param>
    public void Sweep(long now, long restMillisecondsMax)
    {
        InstanceConnection[] all;
        lock (_lock)
            all = All();
        foreach (var connection in all)
            connection.Sweep(now, restMillisecondsMax);
    }

    private InstanceConnection[] All() => [.. _connections.SelectMany(static own => own)];
}

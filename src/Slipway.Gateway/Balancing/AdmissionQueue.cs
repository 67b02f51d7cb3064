using Slipway.Core.Manifests;

namespace Slipway.Gateway.Balancing;

/// <summary>
/// Those who wait for an instance of one release while all have as much as they may: by priority, then in the order in which they
/// came. When it is full the last of the lowest priority is given up, be it the one that comes. It outlives a table. Any thread may ask.
/// </summary>
internal sealed class AdmissionQueue
{
    private readonly Lock _lock = new();
    private readonly LinkedList<Waiter>[] _lines = [new(), new(), new()];
    private int _count;

    /// <summary>How many may wait.</summary>
    public int Max { get; set; }

    /// <summary>How many wait.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>Takes a place; null when there is none for this priority.</summary>
    public Waiter? Enter(RoutePriority priority)
    {
        Waiter? given = null;
        var line = LineOf(priority);
        lock (_lock)
        {
            if (_count >= Max && (given = LastBelowLocked(line)) is null)
                return null;
            var waiter = new Waiter(line);
            waiter.Place = _lines[line].AddLast(waiter);
            _count += given is null ? 1 : 0;
            // Outside of the lock its continuation would not run here either: it is posted.
            given?.Turn.TrySetResult(false);
            return waiter;
        }
    }

    /// <summary>Takes the first place again, after a turn that came to nothing.</summary>
    public void Return(Waiter waiter)
    {
        lock (_lock)
        {
            waiter.Turn = new(TaskCreationOptions.RunContinuationsAsynchronously);
            waiter.Place = _lines[waiter.Line].AddFirst(waiter);
            _count++;
        }
    }

    /// <summary>Gives up a place; false when its turn has come, or it was given up for another.</summary>
    public bool Leave(Waiter waiter)
    {
        lock (_lock)
        {
            if (waiter.Place is not { } place)
                return false;
            _lines[waiter.Line].Remove(place);
            waiter.Place = null;
            _count--;
            return true;
        }
    }

    /// <summary>Whether nobody is before it.</summary>
    public bool IsFirst(Waiter waiter)
    {
        lock (_lock)
        {
            foreach (var line in _lines)
            {
                if (line.First is { } first)
                    return ReferenceEquals(first.Value, waiter);
            }
            return false;
        }
    }

    /// <summary>An instance can take one more: it is the first one's turn.</summary>
    public void Wake()
    {
        if (Count == 0)
            return;
        lock (_lock)
            WakeFirstLocked();
    }

    /// <summary>Everything may be otherwise now: it is everybody's turn.</summary>
    public void WakeAll()
    {
        lock (_lock)
        {
            while (_count > 0)
                WakeFirstLocked();
        }
    }

    private void WakeFirstLocked()
    {
        foreach (var line in _lines)
        {
            if (line.First is not { } first)
                continue;
            RemoveLocked(first);
            _count--;
            first.Value.Turn.TrySetResult(true);
            return;
        }
    }

    private Waiter? LastBelowLocked(int line)
    {
        for (var lower = _lines.Length - 1; lower > line; lower--)
        {
            if (_lines[lower].Last is not { } last)
                continue;
            RemoveLocked(last);
            return last.Value;
        }
        return null;
    }

    private void RemoveLocked(LinkedListNode<Waiter> place)
    {
        place.List!.Remove(place);
        place.Value.Place = null;
    }

    private static int LineOf(RoutePriority priority) => priority switch { RoutePriority.High => 0, RoutePriority.Low => 2, _ => 1 };
}

/// <summary>One who waits.</summary>
/// <param name="line">Its line.</param>
internal sealed class Waiter(int line)
{
    /// <summary>Its line.</summary>
    public int Line => line;

    /// <summary>Where it stands; null once it waits no more.</summary>
    public LinkedListNode<Waiter>? Place { get; set; }

    /// <summary>True when its turn has come, false when it was given up for another.</summary>
    public TaskCompletionSource<bool> Turn { get; set; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
}

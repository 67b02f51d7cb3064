namespace Slipway.Gateway.Wires;

/// <summary>What has come in and is not consumed yet. Grows once, from a small slab to a large one, and is empty between uses.</summary>
internal sealed class ReadBuffer
{
    private byte[] _slab = [];
    private int _start;
    private int _end;

    /// <summary>What is there to be read.</summary>
    public ReadOnlySpan<byte> Unread => _slab.AsSpan(_start, _end - _start);

    /// <summary>The same, for sending it on without a copy.</summary>
    public ReadOnlyMemory<byte> UnreadMemory => _slab.AsMemory(_start, _end - _start);

    /// <summary>The same, for changing it in place.</summary>
    public Span<byte> UnreadInPlace => _slab.AsSpan(_start, _end - _start);

    /// <summary>How much is there to be read, in bytes.</summary>
    public int Length => _end - _start;

    /// <summary>Room for more: makes some by moving what is unread to the front or into a large slab; empty when full.</summary>
    public Memory<byte> Space()
    {
        if (_start == _end)
            _start = _end = 0;
        if (_slab.Length == 0)
            _slab = SlabPool.Small.Rent();
        if (_end == _slab.Length && _start > 0)
        {
            Unread.CopyTo(_slab);
            _end -= _start;
            _start = 0;
        }
        else if (_end == _slab.Length)
        {
            Enlarge();
        }
        return _slab.AsMemory(_end);
    }

    /// <summary>Takes a large slab in place of a small one, for a body that fills it.</summary>
    public void Enlarge()
    {
        if (_slab.Length >= 64 * 1024)
            return;
        var larger = SlabPool.Large.Rent();
        var length = Length;
        Unread.CopyTo(larger);
        if (_slab.Length > 0)
            SlabPool.Return(_slab);
        (_slab, _start, _end) = (larger, 0, length);
    }

    /// <summary>Says how much was written into <see cref="Space"/>.</summary>
    public void Filled(int count) => _end += count;

    /// <summary>Says how much of <see cref="Unread"/> is done with.</summary>
    public void Consume(int count) => _start += count;

    /// <summary>Gives a large slab back when what is unread fits a small one; a connection at rest holds little.</summary>
    public void Shrink()
    {
        if (_slab.Length <= 8 * 1024 || Length > 4 * 1024)
            return;
        var smaller = SlabPool.Small.Rent();
        var length = Length;
        Unread.CopyTo(smaller);
        SlabPool.Return(_slab);
        (_slab, _start, _end) = (smaller, 0, length);
    }

    /// <summary>Forgets everything and gives the slab back.</summary>
    public void Release()
    {
        if (_slab.Length > 0)
            SlabPool.Return(_slab);
        (_slab, _start, _end) = ([], 0, 0);
    }
}

namespace Slipway.Gateway.Wires;

/// <summary>
/// Buffers of one size, rented for the time of a request. Last in, first out, so that the one handed out is still in the
/// processor's cache; pinned, so that the operating system writes into them without a handle for each call. Those that a burst
/// took and nobody asks for any more give their memory back, and stay.
/// </summary>
internal sealed class SlabPool(int sizeBytes, int keptMax) : ISwept
{
    private const int IdleMilliseconds = 10_000;
    private const int ReturnedInARound = 16;

    /// <summary>For heads and small bodies.</summary>
    public static SlabPool Small { get; } = new(8 * 1024, 2048);

    /// <summary>For large heads and bodies.</summary>
    public static SlabPool Large { get; } = new(64 * 1024, 256);

    private readonly byte[]?[] _kept = new byte[]?[keptMax];
    private readonly Lock _lock = new();
    private int _count;

    // Of the lowest in the stack: so many have not been asked for since the last look, so many not in the time before it, and so
    // many of these have given their memory back.
    private int _unasked;
    private int _idle;
    private int _empty;
    private long _nextLook;

    /// <inheritdoc/>
    public int SweeperIndex { get; set; } = -1;

    /// <summary>Takes a buffer; its content is whatever was there.</summary>
    public byte[] Rent()
    {
        lock (_lock)
        {
            if (_count > 0)
            {
                var kept = _kept[--_count]!;
                _kept[_count] = null;
                _unasked = Math.Min(_unasked, _count);
                _idle = Math.Min(_idle, _count);
                _empty = Math.Min(_empty, _count);
                return kept;
            }
        }
        return GC.AllocateUninitializedArray<byte>(sizeBytes, pinned: true);
    }

    /// <summary>Gives a buffer back to the pool of its size. Its former holder must not touch it again.</summary>
    public static void Return(byte[] slab)
    {
        if (slab.Length == Small.SizeBytes)
            Small.Keep(slab);
        else if (slab.Length == Large.SizeBytes)
            Large.Keep(slab);
    }

    /// <summary>Gives back the memory of some that were not asked for lately.</summary>
    public void Sweep(long now)
    {
        lock (_lock)
        {
            for (var i = 0; i < ReturnedInARound && _empty < _idle; i++)
                PageMemory.GiveBack(_kept[_empty++]!);
            if (now < _nextLook)
                return;
            (_idle, _unasked) = (_unasked, _count);
            _nextLook = now + IdleMilliseconds;
        }
    }

    /// <summary>Gives a buffer back to this pool.</summary>
    public void Keep(byte[] slab)
    {
        lock (_lock)
        {
            if (_count < _kept.Length)
                _kept[_count++] = slab;
        }
    }

    private int SizeBytes => sizeBytes;
}

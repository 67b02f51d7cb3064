namespace Slipway.Gateway.Wires;

/// <summary>
/// Buffers of one size, rented for the time of a request. Last in, first out, so that the one handed out is still in the
/// processor's cache; pinned, so that the operating system writes into them without a handle for each call.
/// </summary>
internal sealed class SlabPool(int sizeBytes, int keptMax)
{
    /// <summary>For heads and small bodies.</summary>
    public static SlabPool Small { get; } = new(8 * 1024, 2048);

    /// <summary>For large heads and bodies.</summary>
    public static SlabPool Large { get; } = new(64 * 1024, 256);

    private readonly byte[]?[] _kept = new byte[]?[keptMax];
    private readonly Lock _lock = new();
    private int _count;

    /// <summary>Takes a buffer; its content is whatever was there.</summary>
    public byte[] Rent()
    {
        lock (_lock)
        {
            if (_count > 0)
            {
                var kept = _kept[--_count]!;
                _kept[_count] = null;
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

    private int SizeBytes => sizeBytes;

    private void Keep(byte[] slab)
    {
        lock (_lock)
        {
            if (_count < _kept.Length)
                _kept[_count++] = slab;
        }
    }
}

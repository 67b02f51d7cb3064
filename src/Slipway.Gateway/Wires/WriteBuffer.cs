using System.Buffers.Text;

namespace Slipway.Gateway.Wires;

/// <summary>What is about to be sent: a head, and as much of a body as fits behind it.</summary>
internal sealed class WriteBuffer
{
    private byte[] _slab = [];

    /// <summary>How much is there, in bytes.</summary>
    public int Length { get; private set; }

    /// <summary>What is there.</summary>
    public ReadOnlyMemory<byte> Written => _slab.AsMemory(0, Length);

    /// <summary>Room for more in the present slab; empty before the first <see cref="Reserve"/>.</summary>
    public Span<byte> Space => _slab.AsSpan(Length);

    /// <summary>Makes sure that there is room for so many bytes more, 64 KiB in all at most.</summary>
    public void Reserve(int count)
    {
        if (Length + count <= _slab.Length)
            return;
        var pool = Length + count <= 8 * 1024 ? SlabPool.Small : SlabPool.Large;
        var larger = pool.Rent();
        if (Length + count > larger.Length)
            throw new InvalidOperationException("A head outgrew the largest buffer; the limits of the parser forbid that.");
        Written.Span.CopyTo(larger);
        if (_slab.Length > 0)
            SlabPool.Return(_slab);
        _slab = larger;
    }

    /// <summary>Takes a large slab, for a body that is copied through.</summary>
    public void Enlarge() => Reserve(64 * 1024 - Length);

    /// <summary>Adds bytes.</summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        Reserve(bytes.Length);
        bytes.CopyTo(Space);
        Length += bytes.Length;
    }

    /// <summary>Adds a field line.</summary>
    public void AppendField(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        Reserve(name.Length + value.Length + 4);
        Append(name);
        Append(": "u8);
        Append(value);
        Append("\r\n"u8);
    }

    /// <summary>Adds a number in decimal digits.</summary>
    public void AppendNumber(long number)
    {
        Reserve(20);
        Utf8Formatter.TryFormat(number, Space, out var count);
        Length += count;
    }

    /// <summary>Says that so many bytes were written into <see cref="Space"/>.</summary>
    public void Filled(int count) => Length += count;

    /// <summary>Forgets the content and keeps the slab.</summary>
    public void Clear() => Length = 0;

    /// <summary>Forgets the content and gives the slab back.</summary>
    public void Release()
    {
        if (_slab.Length > 0)
            SlabPool.Return(_slab);
        _slab = [];
        Length = 0;
    }
}

using System.Buffers;

namespace Slipway.Gateway.Http2;

/// <summary>Bytes that come in at the end and go out at the front, in a buffer that grows and is given back when it is empty.</summary>
internal sealed class ByteQueue
{
    private const int SizeMin = 1024;

    private byte[] _bytes = [];
    private int _start;
    private int _end;

    /// <summary>How many there are.</summary>
    public int Length => _end - _start;

    /// <summary>What is there.</summary>
    public ReadOnlySpan<byte> Unread => _bytes.AsSpan(_start, Length);

    /// <summary>The same, for sending it.</summary>
    public ReadOnlyMemory<byte> UnreadMemory => _bytes.AsMemory(_start, Length);

    /// <summary>Adds some.</summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(Reserve(bytes.Length));
        _end += bytes.Length;
    }

    /// <summary>Adds the head of a frame.</summary>
    public void Append(in FrameHead head)
    {
        head.Write(Reserve(FrameHead.Bytes));
        _end += FrameHead.Bytes;
    }

    /// <summary>Takes some out; gives how many.</summary>
    public int Take(Span<byte> space)
    {
        var count = Math.Min(space.Length, Length);
        Unread[..count].CopyTo(space);
        Consume(count);
        return count;
    }

    /// <summary>Drops some from the front.</summary>
    public void Consume(int count)
    {
        _start += count;
        if (_start == _end)
            Release();
    }

    /// <summary>Forgets everything.</summary>
    public void Release()
    {
        if (_bytes.Length > 0)
            ArrayPool<byte>.Shared.Return(_bytes);
        (_bytes, _start, _end) = ([], 0, 0);
    }

    private Span<byte> Reserve(int count)
    {
        if (_end + count > _bytes.Length)
        {
            var larger = _start > 0 && Length + count <= _bytes.Length ? _bytes : ArrayPool<byte>.Shared.Rent(Math.Max(SizeMin, Math.Max(2 * Length, Length + count)));
            var length = Length;
            Unread.CopyTo(larger);
            if (larger != _bytes && _bytes.Length > 0)
                ArrayPool<byte>.Shared.Return(_bytes);
            (_bytes, _start, _end) = (larger, 0, length);
        }
        return _bytes.AsSpan(_end, count);
    }
}

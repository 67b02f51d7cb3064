using System.Buffers;

namespace Slipway.Gateway.Http2;

/// <summary>Is given the fields of a list, one after another.</summary>
internal interface IFieldTaker
{
    /// <summary>Takes one. What it is given is gone afterwards.</summary>
    void Take(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value);
}

/// <summary>Decodes lists of fields (RFC 7541). One for a connection: a list can refer to what came in those before it.</summary>
internal sealed class HpackDecoder
{
    // A text is never longer than the whole list may be, and a coded octet is five bits at least.
    private const int TextBytesMax = Http2Request.ListBytesMax;

    private readonly HpackTable _table = new();
    private byte[] _name = [];
    private byte[] _value = [];

    /// <summary>Decodes a whole list; false when it is none, after which nothing of the connection can be understood.</summary>
    public bool TryDecode(ReadOnlySpan<byte> list, IFieldTaker taker)
    {
        (_name, _value) = (ArrayPool<byte>.Shared.Rent(TextBytesMax), ArrayPool<byte>.Shared.Rent(TextBytesMax));
        try
        {
            var mayResize = true;
            while (!list.IsEmpty)
            {
                var first = list[0];
                if ((first & 0xE0) == 0x20)
                {
                    if (!mayResize || !TryNumber(ref list, 5, out var size) || !_table.TryResize(size))
                        return false;
                    continue;
                }
                mayResize = false;
                if (!((first & 0x80) != 0 ? TryReferred(ref list, taker) : TryLiteral(ref list, (first & 0x40) != 0, taker)))
                    return false;
            }
            return true;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(_name);
            ArrayPool<byte>.Shared.Return(_value);
        }
    }

    private bool TryReferred(ref ReadOnlySpan<byte> list, IFieldTaker taker)
    {
        if (!TryNumber(ref list, 7, out var number) || !_table.TryGet(number, out var name, out var value))
            return false;
        taker.Take(name, value);
        return true;
    }

    private bool TryLiteral(ref ReadOnlySpan<byte> list, bool isKept, IFieldTaker taker)
    {
        if (!TryNumber(ref list, isKept ? 6 : 4, out var number))
            return false;
        ReadOnlySpan<byte> name;
        if (number == 0)
        {
            if (!TryText(ref list, _name, out name))
                return false;
        }
        else if (_table.TryGet(number, out var known, out _))
        {
            name = known;
        }
        else
        {
            return false;
        }
        if (!TryText(ref list, _value, out var value))
            return false;
        if (isKept)
            _table.Add(name.ToArray(), value.ToArray());
        taker.Take(name, value);
        return true;
    }

    private static bool TryText(scoped ref ReadOnlySpan<byte> list, byte[] room, out ReadOnlySpan<byte> text)
    {
        text = default;
        if (list.IsEmpty)
            return false;
        var isCoded = (list[0] & 0x80) != 0;
        if (!TryNumber(ref list, 7, out var length) || length > list.Length)
            return false;
        var raw = list[..length];
        list = list[length..];
        if (!isCoded)
        {
            text = raw;
            return raw.Length <= TextBytesMax;
        }
        if (!HuffmanCode.TryDecode(raw, room.AsSpan(0, TextBytesMax), out var decoded))
            return false;
        text = room.AsSpan(0, decoded);
        return true;
    }

    /// <summary>Reads a number that begins in the low bits of the first octet (RFC 7541, section 5.1); five octets at most.</summary>
    private static bool TryNumber(scoped ref ReadOnlySpan<byte> list, int bits, out int number)
    {
        number = 0;
        if (list.IsEmpty)
            return false;
        var most = (1 << bits) - 1;
        number = list[0] & most;
        list = list[1..];
        if (number < most)
            return true;
        for (var shift = 0; shift <= 21; shift += 7)
        {
            if (list.IsEmpty)
                return false;
            var octet = list[0];
            list = list[1..];
            number += (octet & 0x7F) << shift;
            if ((octet & 0x80) == 0)
                return true;
        }
        return false;
    }
}

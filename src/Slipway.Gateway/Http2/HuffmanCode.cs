namespace Slipway.Gateway.Http2;

/// <summary>
/// The Huffman code of HPACK (RFC 7541, appendix B). It is canonical: its lengths say everything, codes of one length rising with
/// the octet. 256 stands for the end, which must never be seen whole.
/// </summary>
internal static class HuffmanCode
{
    private const int End = 256;
    private const int LengthMin = 5;
    private const int LengthMax = 30;

    private static ReadOnlySpan<byte> Lengths =>
    [
        13, 23, 28, 28, 28, 28, 28, 28, 28, 24, 30, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 28,
        6, 10, 10, 12, 13, 6, 8, 11, 10, 10, 8, 11, 8, 6, 6, 6, 5, 5, 5, 6, 6, 6, 6, 6, 6, 6, 7, 8, 15, 6, 12, 10,
        13, 6, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 8, 7, 8, 13, 19, 13, 14, 6,
        15, 5, 6, 5, 6, 5, 6, 6, 6, 5, 7, 7, 6, 6, 6, 5, 6, 7, 6, 5, 5, 6, 7, 7, 7, 7, 7, 15, 11, 14, 13, 28,
        20, 22, 20, 20, 22, 22, 22, 23, 22, 23, 23, 23, 23, 23, 24, 23, 24, 24, 22, 23, 24, 23, 23, 23, 23, 21, 22, 23, 22, 23, 23, 24,
        22, 21, 20, 22, 22, 23, 23, 21, 23, 22, 22, 24, 21, 22, 23, 23, 21, 21, 22, 21, 23, 22, 23, 23, 20, 22, 22, 22, 23, 22, 22, 23,
        26, 26, 20, 19, 22, 23, 22, 25, 26, 26, 26, 27, 27, 26, 24, 25, 19, 21, 26, 27, 27, 26, 27, 24, 21, 21, 26, 26, 28, 27, 27, 27,
        20, 24, 20, 21, 22, 21, 21, 23, 22, 22, 25, 25, 24, 24, 26, 23, 26, 27, 26, 26, 27, 27, 27, 27, 27, 28, 27, 27, 27, 27, 27, 26,
        30,
    ];

    // For each length: the first code, where its octets begin in the order, and how many there are.
    private static readonly (uint First, int At, int Count)[] s_lengths = new (uint, int, int)[LengthMax + 1];
    private static readonly short[] s_order = Prepare();

    /// <summary>Decodes a text; false when it is none, or longer than there is room for.</summary>
    /// <param name="coded">The coded text.</param>
    /// <param name="text">Room for it.</param>
    /// <param name="length">How long it is, in bytes.</param>
    public static bool TryDecode(ReadOnlySpan<byte> coded, Span<byte> text, out int length)
    {
        length = 0;
        uint code = 0;
        var bits = 0;
        foreach (var octet in coded)
        {
            for (var bit = 7; bit >= 0; bit--)
            {
                code = code << 1 | (uint)(octet >> bit & 1);
                if (++bits < LengthMin)
                    continue;
                var (first, at, count) = s_lengths[bits];
                if (code - first >= (uint)count)
                {
                    if (bits == LengthMax)
                        return false;
                    continue;
                }
                var symbol = s_order[at + (int)(code - first)];
                if (symbol == End || length == text.Length)
                    return false;
                text[length++] = (byte)symbol;
                (code, bits) = (0, 0);
            }
        }
        // The rest is the beginning of the end: ones, less than an octet of them.
        return bits < 8 && code == (1u << bits) - 1;
    }

    private static short[] Prepare()
    {
        var order = new short[Lengths.Length];
        var at = 0;
        uint code = 0;
        for (var length = 1; length <= LengthMax; length++)
        {
            code <<= 1;
            var from = at;
            for (var symbol = 0; symbol < Lengths.Length; symbol++)
            {
                if (Lengths[symbol] == length)
                    order[at++] = (short)symbol;
            }
            s_lengths[length] = (code, from, at - from);
            code += (uint)(at - from);
        }
        return order;
    }
}

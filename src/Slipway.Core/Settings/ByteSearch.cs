using System.Buffers.Binary;
using System.Text;

namespace Slipway.Core.Settings;

/// <summary>
/// Finds any of many texts in bytes of UTF-8. Each text is filed under its first four bytes; a table of the first two tells most
/// places apart at one look, so that ordinary text costs about a nanosecond a byte.
/// </summary>
internal sealed class ByteSearch
{
    private const int HeadBytes = 4;

    private readonly Dictionary<uint, byte[][]> _byHead;
    private readonly ulong[] _pairs = new ulong[1 << 10];

    /// <param name="texts">What is looked for; each at least four bytes long.</param>
    public ByteSearch(IEnumerable<string> texts)
    {
        var all = texts.Distinct(StringComparer.Ordinal).Select(Encoding.UTF8.GetBytes).Where(text => text.Length >= HeadBytes).ToList();
        _byHead = all.GroupBy(Head).ToDictionary(group => group.Key, group => group.OrderByDescending(text => text.Length).ToArray());
        foreach (var text in all)
        {
            var pair = BinaryPrimitives.ReadUInt16LittleEndian(text);
            _pairs[pair >> 6] |= 1UL << (pair & 63);
            LongestBytes = Math.Max(LongestBytes, text.Length);
        }
    }

    /// <summary>The length of the longest text, in bytes; 0 without any.</summary>
    public int LongestBytes { get; }

    /// <summary>Where they stand: rising, those that overlap as one.</summary>
    public List<(int Start, int End)> Find(ReadOnlySpan<byte> utf8)
    {
        var found = new List<(int Start, int End)>();
        if (LongestBytes == 0)
            return found;
        for (var at = 0; at <= utf8.Length - HeadBytes; at++)
        {
            var pair = BinaryPrimitives.ReadUInt16LittleEndian(utf8[at..]);
            if ((_pairs[pair >> 6] & (1UL << (pair & 63))) == 0 || !_byHead.TryGetValue(BinaryPrimitives.ReadUInt32LittleEndian(utf8[at..]), out var texts))
                continue;
            foreach (var text in texts)
            {
                if (!utf8[at..].StartsWith(text))
                    continue;
                var end = at + text.Length;
                if (found.Count > 0 && at <= found[^1].End)
                    found[^1] = (found[^1].Start, Math.Max(found[^1].End, end));
                else
                    found.Add((at, end));
                break;
            }
        }
        return found;
    }

    private static uint Head(byte[] text) => BinaryPrimitives.ReadUInt32LittleEndian(text);
}

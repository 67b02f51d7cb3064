using System.Globalization;
using System.Text;

namespace Slipway.Gateway.Http2;

/// <summary>
/// Writes lists of fields (RFC 7541) that refer only to what all know, so that nothing has to be remembered for a client, and nothing can be
/// guessed from how long a list is.
/// </summary>
internal static class HpackWriter
{
    private const int StatusNumber = 8;

    private static readonly int[] s_statuses = [200, 204, 206, 304, 400, 404, 500];

    /// <summary>Writes the status of an answer.</summary>
    public static void WriteStatus(ByteQueue output, int status)
    {
        var known = Array.IndexOf(s_statuses, status);
        if (known >= 0)
        {
            output.Append([(byte)(0x80 | (StatusNumber + known))]);
            return;
        }
        WriteNumber(output, 0, 4, StatusNumber);
        WriteText(output, Encoding.ASCII.GetBytes(status.ToString(CultureInfo.InvariantCulture)));
    }

    /// <summary>Writes a field; its name in small letters.</summary>
    public static void Write(ByteQueue output, ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        Span<byte> small = stackalloc byte[Math.Min(name.Length, 256)];
        if (name.Length > small.Length)
            small = new byte[name.Length];
        Ascii.ToLower(name, small, out _);
        var number = HpackTable.NumberOf(small);
        WriteNumber(output, 0, 4, number);
        if (number == 0)
            WriteText(output, small);
        WriteText(output, value);
    }

    private static void WriteText(ByteQueue output, ReadOnlySpan<byte> text)
    {
        WriteNumber(output, 0, 7, text.Length);
        output.Append(text);
    }

    private static void WriteNumber(ByteQueue output, byte high, int bits, int number)
    {
        var most = (1 << bits) - 1;
        if (number < most)
        {
            output.Append([(byte)(high | number)]);
            return;
        }
        output.Append([(byte)(high | most)]);
        for (number -= most; number >= 0x80; number >>= 7)
            output.Append([(byte)(number & 0x7F | 0x80)]);
        output.Append([(byte)number]);
    }
}

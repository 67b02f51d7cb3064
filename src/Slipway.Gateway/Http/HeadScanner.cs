namespace Slipway.Gateway.Http;

/// <summary>Finds where a head ends, as its bytes come in.</summary>
internal static class HeadScanner
{
    /// <summary>
    /// The length of the head with its empty line; 0 when it is not all there; -1 when a line feed stands without its
    /// carriage return, so that no amount of waiting would help.
    /// </summary>
    /// <param name="bytes">What is there.</param>
    /// <param name="seen">How far earlier calls have looked; 0 at first.</param>
    public static int Find(ReadOnlySpan<byte> bytes, ref int seen)
    {
        var from = Math.Max(0, seen - 3);
        var at = bytes[from..].IndexOf("\r\n\r\n"u8);
        if (at >= 0)
            return from + at + 4;
        for (var i = from; i < bytes.Length; i++)
        {
            var feed = bytes[i..].IndexOf((byte)'\n');
            if (feed < 0)
                break;
            i += feed;
            if (i == 0 || bytes[i - 1] != '\r')
                return -1;
        }
        seen = bytes.Length;
        return 0;
    }
}

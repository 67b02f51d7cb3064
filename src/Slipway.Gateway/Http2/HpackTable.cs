using System.Text;

namespace Slipway.Gateway.Http2;

/// <summary>The fields that a coded list can refer to by number (RFC 7541, section 2.3): those that all know, then those that came, the newest first.</summary>
internal sealed class HpackTable
{
    /// <summary>The size that we allow, in bytes as the standard counts them; it is the one that holds when nothing is said.</summary>
    public const int SizeMax = 4096;

    private const int FieldOverhead = 32;

    private static readonly (byte[] Name, byte[] Value)[] s_known = [.. Known.Split('\n').Select(static line => line.Split('|')).Select(static parts => (Encoding.ASCII.GetBytes(parts[0]), Encoding.ASCII.GetBytes(parts[1])))];

    private readonly LinkedList<(byte[] Name, byte[] Value)> _came = new();
    private int _size;
    private int _sizeMax = SizeMax;

    // RFC 7541, appendix A, in its order.
    private const string Known = """
        :authority|
        :method|GET
        :method|POST
        :path|/
        :path|/index.html
        :scheme|http
        :scheme|https
        :status|200
        :status|204
        :status|206
        :status|304
        :status|400
        :status|404
        :status|500
        accept-charset|
        accept-encoding|gzip, deflate
        accept-language|
        accept-ranges|
        accept|
        access-control-allow-origin|
        age|
        allow|
        authorization|
        cache-control|
        content-disposition|
        content-encoding|
        content-language|
        content-length|
        content-location|
        content-range|
        content-type|
        cookie|
        date|
        etag|
        expect|
        expires|
        from|
        host|
        if-match|
        if-modified-since|
        if-none-match|
        if-range|
        if-unmodified-since|
        last-modified|
        link|
        location|
        max-forwards|
        proxy-authenticate|
        proxy-authorization|
        range|
        referer|
        refresh|
        retry-after|
        server|
        set-cookie|
        strict-transport-security|
        transfer-encoding|
        user-agent|
        vary|
        via|
        www-authenticate|
        """;

    /// <summary>The field of a number, from 1; false when there is none.</summary>
    public bool TryGet(int number, out byte[] name, out byte[] value)
    {
        (name, value) = ([], []);
        if (number <= 0)
            return false;
        if (number <= s_known.Length)
        {
            (name, value) = s_known[number - 1];
            return true;
        }
        var node = _came.First;
        for (var left = number - s_known.Length - 1; left > 0 && node is not null; left--)
            node = node.Next;
        if (node is null)
            return false;
        (name, value) = node.Value;
        return true;
    }

    /// <summary>Adds one, for which the oldest give way; one that is larger than the table empties it.</summary>
    public void Add(byte[] name, byte[] value)
    {
        var size = name.Length + value.Length + FieldOverhead;
        Shrink(_sizeMax - size);
        if (size > _sizeMax)
            return;
        _came.AddFirst((name, value));
        _size += size;
    }

    /// <summary>Changes how large it may be; false when that is more than we allow.</summary>
    public bool TryResize(int size)
    {
        if (size > SizeMax)
            return false;
        _sizeMax = size;
        Shrink(size);
        return true;
    }

    /// <summary>The number under which all know a name; 0 for none.</summary>
    public static int NumberOf(ReadOnlySpan<byte> name)
    {
        for (var i = 0; i < s_known.Length; i++)
        {
            if (name.SequenceEqual(s_known[i].Name))
                return i + 1;
        }
        return 0;
    }

    private void Shrink(int size)
    {
        while (_size > Math.Max(0, size) && _came.Last is { } oldest)
        {
            _size -= oldest.Value.Name.Length + oldest.Value.Value.Length + FieldOverhead;
            _came.RemoveLast();
        }
    }
}

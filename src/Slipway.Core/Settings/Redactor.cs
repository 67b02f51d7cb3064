using System.Collections.Immutable;
using System.Text;

namespace Slipway.Core.Settings;

/// <summary>
/// Knows the values of secrets and takes them out of whatever is written: as they are, and as they look URL-encoded, in base64
/// at any alignment, in hexadecimal, escaped for JSON or HTML; the passwords of connection strings by themselves too, and
/// each line of values that have several. Values shorter than four characters are not known: they would black out ordinary
/// words. Safe for any number of threads; learning is rare, reading is lock-free.
/// </summary>
public sealed class Redactor
{
    /// <summary>What stands in a text where a secret was.</summary>
    public const string Mask = "***";

    private readonly Lock _lock = new();
    private volatile Known _known = Known.Nothing;

    private sealed record Known(ImmutableHashSet<string> Values, ByteSearch Search, int Version)
    {
        public static Known Nothing { get; } = new([], new([]), 0);
    }

    /// <summary>Rises whenever something new has been learnt.</summary>
    public int Version => _known.Version;

    /// <summary>The longest form that is looked for, in bytes; 0 when nothing is.</summary>
    public int LongestBytes => _known.Search.LongestBytes;

    /// <summary>Takes in values; those it knows already cost nothing.</summary>
    public void Learn(IEnumerable<string> values)
    {
        var fresh = values.Where(value => !_known.Values.Contains(value)).ToList();
        if (fresh.Count == 0)
            return;
        lock (_lock)
        {
            var all = _known.Values.Union(fresh);
            _known = new(all, new(all.SelectMany(SecretForms.Of)), _known.Version + 1);
        }
    }

    /// <summary>The text with a mask in the place of each secret.</summary>
    public string Redact(string text)
    {
        var search = _known.Search;
        if (search.LongestBytes == 0 || text.Length < SecretForms.LengthMin)
            return text;
        var bytes = Encoding.UTF8.GetBytes(text);
        var found = search.Find(bytes);
        if (found.Count == 0)
            return text;
        var redacted = new StringBuilder(text.Length);
        var at = 0;
        foreach (var (start, end) in found)
        {
            redacted.Append(Encoding.UTF8.GetString(bytes, at, start - at)).Append(Mask);
            at = end;
        }
        return redacted.Append(Encoding.UTF8.GetString(bytes, at, bytes.Length - at)).ToString();
    }

    /// <summary>The places of secrets in bytes of UTF-8: rising, apart from each other.</summary>
    public IReadOnlyList<(int Start, int End)> Find(ReadOnlySpan<byte> utf8) => _known.Search.Find(utf8);
}

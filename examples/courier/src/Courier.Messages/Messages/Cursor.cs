using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Courier.Messages;

/// <summary>A place in a listing, opaque to callers: the page after it starts below this id.</summary>
/// <param name="Below">The last id of the page before.</param>
public sealed record Cursor(string Below)
{
    private const string Version = "1:";

    /// <summary>Reads what <see cref="ToString"/> wrote.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out Cursor? cursor)
    {
        cursor = null;
        if (text is not { Length: > 0 and <= 128 } || !Base64Url.IsValid(text))
            return false;
        var plain = Encoding.UTF8.GetString(Base64Url.DecodeFromChars(text));
        if (!plain.StartsWith(Version, StringComparison.Ordinal) || plain.Length == Version.Length)
            return false;
        cursor = new(plain[Version.Length..]);
        return true;
    }

    /// <inheritdoc/>
    public override string ToString() => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(Version + Below));
}

/// <summary>A part of a listing, newest first.</summary>
/// <param name="Items">What is on it.</param>
/// <param name="Next">Where the next one starts; null on the last.</param>
public sealed record Page<T>(IReadOnlyList<T> Items, Cursor? Next)
{
    /// <summary>The most items of one page.</summary>
    public const int LimitMax = 200;

    /// <summary>Makes a page from one row more than asked for, which tells whether there is another page.</summary>
    public static Page<T> From(IReadOnlyList<T> rows, int limit, Func<T, string> id)
        => rows.Count <= limit ? new(rows, null) : new([.. rows.Take(limit)], new Cursor(id(rows[limit - 1])));
}

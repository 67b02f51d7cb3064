using System.Buffers;
using System.Buffers.Text;
using System.Text.Unicode;

namespace Slipway.Gateway.Validation;

/// <summary>What a value is a part of, as far as that changes how it is read.</summary>
[Flags]
internal enum ValuePlace
{
    /// <summary>As it stands.</summary>
    Plain = 0,

    /// <summary>With percent escapes.</summary>
    Escaped = 1,

    /// <summary>With plus signs for spaces.</summary>
    PlusIsSpace = 2,

    /// <summary>It may have lines.</summary>
    HasLines = 4,

    /// <summary>A part of a query.</summary>
    Query = Escaped | PlusIsSpace,

    /// <summary>A part of a form in a body.</summary>
    Form = Escaped | PlusIsSpace | HasLines,
}

/// <summary>
/// Judges one value: decoded once, as the application will, and again for as long as an escape is left, as one behind it may.
/// Not for use by two at a time.
/// </summary>
internal sealed class ValueInspector
{
    private const int LayersMax = 3;
    private const int WindowLength = 1024;
    private const int WindowOverlap = 256;

    // Twelve characters and up to a kilobyte of text.
    private const int EncodedMin = 16;
    private const int EncodedMax = 1368;

    // What every injection has at least one of.
    private static readonly SearchValues<byte> s_harmless = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-,"u8);

    private static readonly SearchValues<char> s_plain = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789 _-,.");

    private static readonly SearchValues<string> s_words = SearchValues.Create(
        ["--", "order by", "powershell -", "net user", "net localgroup", "netsh ", "nc -", "union", "select", "outfile", "procedure", "exec", "having", "schema", "like", "regexp", "between", "waitfor", "delay", "sys", "drop", "delete", "insert", "update", "xp_", "sp_"],
        StringComparison.Ordinal);

    // What no text has; NULs have some that attack.
    private static readonly SearchValues<byte> s_unwritten = SearchValues.Create([.. Enumerable.Range(1, 31).Select(static c => (byte)c).Where(static c => c is not ((byte)'\t' or (byte)'\n' or (byte)'\r'))]);

    private readonly SqlRules _sql = new();

    /// <summary>The classes that are not looked for, each a bit at its number.</summary>
    public int Excepted { get; set; }

    /// <summary>A finding, unless its class is not looked for: it must not end the search for another.</summary>
    public Finding Counted(in Finding finding) => (Excepted & 1 << (int)finding.Class) == 0 ? finding : Finding.Nothing;

    /// <summary>Judges a value.</summary>
    public Finding Judge(ReadOnlySpan<byte> raw, ValuePlace place)
    {
        var found = raw.IndexOfAnyExcept(s_harmless) < 0 ? Finding.Nothing : Layers(raw, place);
        return found.IsAttack ? found : found.Or(Encoded(raw, place));
    }

    private Finding Layers(ReadOnlySpan<byte> raw, ValuePlace place)
    {
        var rented = ArrayPool<char>.Shared.Rent(raw.Length);
        try
        {
            var length = TextDecoder.Decode(raw, place.HasFlag(ValuePlace.Escaped), place.HasFlag(ValuePlace.PlusIsSpace), rented);
            var found = Judge(rented.AsSpan(0, length), place);
            for (var layer = 1; layer < LayersMax && !found.IsAttack && TextDecoder.DecodeAgain(rented, ref length); layer++)
                found = found.Or(Judge(rented.AsSpan(0, length), place));
            return found.IsAttack ? found : found.Or(Unfolded(rented.AsSpan(0, length), place));
        }
        finally
        {
            ArrayPool<char>.Shared.Return(rented);
        }
    }

    // A text in Base64, of either alphabet, as applications carry what has no place in an address otherwise.
    private Finding Encoded(ReadOnlySpan<byte> raw, ValuePlace place)
    {
        if (raw.Length is < EncodedMin or > EncodedMax || raw.IndexOfAnyInRange((byte)'A', (byte)'Z') < 0)
            return Finding.Nothing;
        Span<byte> digits = stackalloc byte[raw.Length];
        var length = 0;
        for (var i = 0; i < raw.Length; i++)
        {
            var c = raw[i];
            if (c == '%' && place.HasFlag(ValuePlace.Escaped) && i + 2 < raw.Length && Utf8Parser.TryParse(raw.Slice(i + 1, 2), out byte escaped, out var used, 'x') && used == 2)
            {
                c = escaped;
                i += 2;
            }
            if (c is (byte)'+' or (byte)' ' or (byte)'-')
                digits[length++] = (byte)'-';
            else if (c is (byte)'/' or (byte)'_')
                digits[length++] = (byte)'_';
            else if (char.IsAsciiLetterOrDigit((char)c))
                digits[length++] = c;
            else if (c != '=')
                return Finding.Nothing;
        }
        Span<byte> text = stackalloc byte[raw.Length];
        if (length % 4 == 1 || Base64Url.DecodeFromUtf8(digits[..length], text, out _, out var count) != OperationStatus.Done)
            return Finding.Nothing;
        text = text[..count];
        // Keys and signatures are no text.
        return text.IndexOfAny(s_unwritten) < 0 && Utf8.IsValid(text) ? Layers(text, ValuePlace.Escaped | (place & ValuePlace.HasLines)) : Finding.Nothing;
    }

    // The rules look back and ahead from every sign that may begin an attack. Within windows that is bounded, whatever is sent;
    // they overlap by more than any attack needs.
    private Finding Judge(ReadOnlySpan<char> text, ValuePlace place)
    {
        var found = Finding.Nothing;
        while (text.Length > WindowLength && !found.IsAttack)
        {
            found = found.Or(JudgeWindow(text[..WindowLength], place));
            text = text[(WindowLength - WindowOverlap)..];
        }
        return found.IsAttack ? found : found.Or(JudgeWindow(text, place));
    }

    private Finding JudgeWindow(ReadOnlySpan<char> text, ValuePlace place)
    {
        var found = Finding.Nothing;
        text = text.Trim(" \t");
        if (text.IsEmpty || IsPlain(text))
            return found;
        if (text.IndexOfAny('<', '=', '(') >= 0 || text.Contains(':') || text.Contains('`'))
            found = found.Or(Counted(MarkupRules.Judge(text)));
        if (!found.IsAttack)
            found = found.Or(Counted(_sql.Judge(text)));
        if (!found.IsAttack && text.IndexOfAny('$', '(', ':') >= 0)
            found = found.Or(Counted(FilterRules.Judge(text)));
        if (!found.IsAttack)
            found = found.Or(Counted(PathRules.Judge(text)));
        if (!found.IsAttack)
            found = found.Or(Counted(ShellRules.Judge(text)));
        if (!found.IsAttack && text.IndexOfAny("{%@#?") >= 0)
            found = found.Or(Counted(TemplateRules.Judge(text)));
        if (!found.IsAttack)
            found = found.Or(Counted(FieldRules.Judge(text, place.HasFlag(ValuePlace.HasLines))));
        return found;
    }

    // Words and numbers without any of the signs that every other rule needs, nor the words that SQL, and few commands, need where they have no signs:
    // what most values are.
    private static bool IsPlain(ReadOnlySpan<char> text)
        => text.IndexOfAnyExcept(s_plain) < 0 && !char.IsAsciiDigit(text[0]) && text.IndexOf("..") < 0 && text.IndexOfAny(s_words) < 0;

    // Words cut in two by comments or NULs, and markup in character references.
    private Finding Unfolded(Span<char> text, ValuePlace place)
    {
        var found = Finding.Nothing;
        var isCut = text.Contains('\0') || text.IndexOf("/*") >= 0;
        if (isCut)
        {
            var length = WithoutCuts(text);
            found = Judge(text[..length], place);
            text = text[..length];
        }
        if (!found.IsAttack && text.IndexOf("&#") >= 0)
        {
            var length = Entities.Decode(text, text);
            found = found.Or(Counted(MarkupRules.Judge(text[..length])));
        }
        return !found.IsAttack && text.IndexOf("+adw-") >= 0 ? Counted(new(AttackClass.CrossSiteScripting, 5, "markup in UTF-7")) : found;
    }

    private static int WithoutCuts(Span<char> text)
    {
        var (from, to) = (0, 0);
        while (from < text.Length)
        {
            if (text[from] == '/' && from + 1 < text.Length && text[from + 1] == '*' && text[(from + 2)..].IndexOf("*/") is var end and >= 0 and < 64)
                from += end + 4;
            else if (text[from] == '\0')
                from++;
            else
                text[to++] = text[from++];
        }
        return to;
    }
}

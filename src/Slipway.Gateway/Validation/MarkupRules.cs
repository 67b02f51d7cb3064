using System.Buffers;
using System.Collections.Frozen;

namespace Slipway.Gateway.Validation;

/// <summary>
/// Whether a value would run as script in a page that it is put into: as markup, inside an attribute, or inside a script.
/// Markup that only formats passes.
/// </summary>
internal static class MarkupRules
{
    private static readonly FrozenSet<string> s_events = ("abort activate afterprint animationcancel animationend animationiteration animationstart auxclick beforecopy beforecut beforeinput"
        + " beforematch beforepaste beforeprint beforescriptexecute beforetoggle beforeunload begin blur bounce cancel canplay canplaythrough change click close contextmenu copy cuechange cut"
        + " dblclick drag dragend dragenter dragexit dragleave dragover dragstart drop durationchange emptied end ended error finish focus focusin focusout formdata fullscreenchange"
        + " gesturestart hashchange input invalid keydown keypress keyup load loadeddata loadedmetadata loadend loadstart message mousedown mouseenter mouseleave mousemove mouseout mouseover"
        + " mouseup mousewheel offline online pagehide pageshow paste pause play playing pointercancel pointerdown pointerenter pointerleave pointermove pointerout pointerover pointerrawupdate"
        + " pointerup popstate progress propertychange ratechange readystatechange repeat reset resize scroll scrollend search securitypolicyviolation seeked seeking select selectionchange"
        + " selectstart show slotchange stalled start storage submit suspend timeupdate toggle touchcancel touchend touchmove touchstart transitioncancel transitionend transitionrun"
        + " transitionstart unhandledrejection unload volumechange waiting webkitanimationend webkittransitionend wheel").Split(' ').ToFrozenSet(StringComparer.Ordinal);

    private static readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> s_eventLookup = s_events.GetAlternateLookup<ReadOnlySpan<char>>();

    // Elements that run or load something by themselves, without any attribute that says so.
    private static readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> s_running
        = new[] { "script", "iframe", "frame", "frameset", "object", "embed", "applet", "base", "meta", "link", "isindex", "bgsound", "xml", "layer", "ilayer", "xss", "set", "animate" }
            .ToFrozenSet(StringComparer.Ordinal).GetAlternateLookup<ReadOnlySpan<char>>();

    private static readonly SearchValues<string> s_sinks = SearchValues.Create(
        ["alert", "confirm", "prompt", "eval", "document.", "window.", "window[", "location", "string.fromcharcode", "settimeout", "setinterval", "function(", "fetch(", "xmlhttprequest",
            "import(", "console.", "constructor", "top[", "self[", "parent[", "throw", "onerror", "atob(", "this[", "expression(", "print("],
        StringComparison.Ordinal);

    private static readonly SearchValues<string> s_loot = SearchValues.Create(["(document.", "(window.", "(atob(", "(string.fromcharcode", "(location", "alert`", "confirm`", "prompt`", "'+'", "\"+\""], StringComparison.Ordinal);

    private static readonly SearchValues<string> s_constructors = SearchValues.Create([".constructor('", ".constructor(\"", ".constructor(`", ".constructor`", "function('", "function(\"", "new function`", "document[\"cookie", "document['cookie"], StringComparison.Ordinal);

    private static readonly SearchValues<string> s_schemes = SearchValues.Create(["javascript:", "vbscript:", "livescript:", "data:text/html", "data:application/xhtml", "data:image/svg", "data:text/javascript"], StringComparison.Ordinal);

    /// <summary>Judges a value in lower case.</summary>
    public static Finding Judge(ReadOnlySpan<char> text)
    {
        // To some, this is markup in seven bits.
        if (text.Contains("\u00BCscript", StringComparison.Ordinal))
            return Xss(5, "markup in seven bits");
        var found = Elements(text);
        if (!found.IsAttack)
            found = found.Or(Scheme(text));
        if (!found.IsAttack)
            found = found.Or(Attribute(text));
        return found.IsAttack ? found : found.Or(Script(text));
    }

    private static Finding Elements(ReadOnlySpan<char> text)
    {
        var found = Finding.Nothing;
        for (var at = text.IndexOf('<'); at >= 0 && !found.IsAttack; at = Following(text, at, '<'))
            found = found.Or(Element(text, at));
        return found;
    }

    private static int Following(ReadOnlySpan<char> text, int at, char what)
    {
        var next = text[(at + 1)..].IndexOf(what);
        return next < 0 ? -1 : at + 1 + next;
    }

    private static Finding Element(ReadOnlySpan<char> text, int at)
    {
        var i = at + 1;
        while (i < text.Length && (text[i] is '/' or '\0' || (i == at + 1 && text[i] <= ' ')))
            i++;
        if (i >= text.Length)
            return Finding.Nothing;
        if (text[i] is '!' or '?' or '%')
            return Declaration(text[i..]);
        var nameAt = i;
        while (i < text.Length && (char.IsAsciiLetterOrDigit(text[i]) || text[i] is ':' or '-' or '\0' or '_'))
            i++;
        if (i == nameAt || !char.IsAsciiLetter(text[nameAt]))
            return Finding.Nothing;
        // <https://example.org> is an address in brackets.
        if (text[i - 1] == ':')
            return Finding.Nothing;
        Span<char> name = stackalloc char[16];
        // A prefix is a name space: x:script is a script.
        var length = Compact(text[(nameAt + text[nameAt..i].LastIndexOf(':') + 1)..i], name);
        if (length > 0 && s_running.Contains(name[..length]))
        {
            var isScript = name[..length] is "script";
            // In "List<object>" a name stands before it and nothing behind it.
            var isGeneric = at > 0 && char.IsAsciiLetterOrDigit(text[at - 1]) && i < text.Length && text[i] is '>' or ',' && !text[i..].Contains("</", StringComparison.Ordinal);
            if (!isGeneric && (isScript || (i < text.Length && text[i] != '>')))
                return Xss(6, "an element that runs or loads something");
        }
        return name[..length] is "style" && IsLoading(text[i..]) ? Xss(5, "script within a style") : Attributes(text, i);
    }

    // A style that loads another, or script, with what its own escapes hide.
    private static bool IsLoading(ReadOnlySpan<char> style)
        => style.Contains("@im", StringComparison.Ordinal) || style.Contains("-moz-binding", StringComparison.Ordinal) || style.Contains("expression", StringComparison.Ordinal)
            || style.Contains("behavior", StringComparison.Ordinal) || style.IndexOfAny(s_schemes) >= 0;

    // Letters only, as a lenient parser would read the name; 0 when it is longer than any that is asked for.
    private static int Compact(ReadOnlySpan<char> raw, Span<char> name)
    {
        var length = 0;
        foreach (var c in raw)
        {
            if (c == '\0')
                continue;
            if (length == name.Length)
                return 0;
            name[length++] = c;
        }
        return length;
    }

    private static Finding Declaration(ReadOnlySpan<char> text)
        => text.StartsWith("!entity") || (text.StartsWith("!doctype") && text.IndexOfAny('[', '%') >= 0) || (text.StartsWith("!doctype") && text.Contains(" system ", StringComparison.Ordinal))
            ? new(AttackClass.PathTraversal, 6, "an external entity")
            : text.StartsWith("!--#") ? new(AttackClass.CommandInjection, 6, "a server-side include")
            : text.StartsWith("?php") || text.StartsWith("?=") || text.StartsWith("%=") ? new(AttackClass.CommandInjection, 5, "server-side code")
            : text.StartsWith("![cdata[<") || text.StartsWith("!--><") ? Xss(5, "hidden markup") : Finding.Nothing;

    // Up to the end of the element, or of the text, as a browser does: an event handler or a script for an address.
    private static Finding Attributes(ReadOnlySpan<char> text, int from)
    {
        var end = text.Length;
        var quote = '\0';
        for (var i = from; i < text.Length; i++)
        {
            var c = text[i];
            if (quote != '\0')
            {
                quote = c == quote ? '\0' : quote;
            }
            else if (c is '"' or '\'' && i > 0 && LastSolid(text, i) == '=')
            {
                quote = c;
            }
            else if (c == '>')
            {
                end = i;
                break;
            }
        }
        var inside = text[from..end];
        if (HasHandler(inside, isElement: true))
            return Xss(6, "an event handler");
        if (!inside.Contains('='))
            return Finding.Nothing;
        Span<char> plain = inside.Length <= 1024 ? stackalloc char[inside.Length] : new char[inside.Length];
        var length = Entities.Decode(inside, plain);
        var value = plain[..length];
        return value.IndexOfAny(s_schemes) >= 0 ? Xss(6, "an address that is script")
            : value.Contains("srcdoc", StringComparison.Ordinal) ? Xss(5, "a page within an attribute")
            : value.Contains("style", StringComparison.Ordinal) && (value.Contains("expression", StringComparison.Ordinal) || value.Contains("-moz-binding", StringComparison.Ordinal) || value.Contains("behavior", StringComparison.Ordinal))
                ? Xss(5, "script within a style") : Finding.Nothing;
    }

    private static char LastSolid(ReadOnlySpan<char> text, int before)
    {
        for (var i = before - 1; i >= 0; i--)
        {
            if (text[i] > ' ')
                return text[i];
        }
        return '\0';
    }

    // on, a known event's name, and an equals sign with anything between that browsers skip.
    // Inside an element any name that begins so, since browsers learn new ones; a name in braces is a component's and calls nothing.
    private static bool HasHandler(ReadOnlySpan<char> text, bool isElement)
    {
        for (var at = text.IndexOf("on"); at >= 0;)
        {
            var isStart = at == 0 || text[at - 1] is <= ' ' or '/' or '"' or '\'' or '`' or '>' or ';' or '\u00A0';
            var end = at + 2;
            while (end < text.Length && char.IsAsciiLetter(text[end]))
                end++;
            var equals = end;
            while (equals < text.Length && (text[equals] <= ' ' || text[equals] is '\u00A0' or '/'))
                equals++;
            if (isStart && equals < text.Length && text[equals] == '=' && !IsNameInBraces(text[(equals + 1)..])
                && (s_eventLookup.Contains(text[(at + 2)..end]) || (isElement && end > at + 4))
                && (isElement || text[..at].IndexOfAny('"', '\'', '`') >= 0 || text[equals..].IndexOfAny(s_sinks) >= 0))
            {
                return true;
            }
            var next = text[(at + 2)..].IndexOf("on");
            at = next < 0 ? -1 : at + 2 + next;
        }
        return false;
    }

    private static bool IsNameInBraces(ReadOnlySpan<char> text)
    {
        if (text is not ['{', ..])
            return false;
        var end = 1;
        while (end < text.Length && (char.IsAsciiLetterOrDigit(text[end]) || text[end] is '.' or '_'))
            end++;
        return end > 1 && end < text.Length && text[end] == '}';
    }

    // javascript: at the beginning of an address, with what browsers skip within it.
    private static Finding Scheme(ReadOnlySpan<char> text)
    {
        Span<char> compact = stackalloc char[32];
        var length = 0;
        foreach (var c in text)
        {
            if (c > ' ' && length < compact.Length)
                compact[length++] = c;
        }
        var start = compact[..length].TrimStart("\"'`(");
        if (!start.StartsWith("javascript:") && !start.StartsWith("vbscript:") && !start.StartsWith("data:text/html") && !start.StartsWith("livescript:"))
            return text.Contains("data:text/html;base64,", StringComparison.Ordinal) ? Xss(5, "an address that is script") : text.IndexOf("javascript:") is >= 0 and var at && at + 11 < text.Length && text[at + 11] > ' ' && text.IndexOfAny(s_sinks) >= 0 && text.IndexOfAny('(', '`') >= 0 ? Xss(5, "an address that is script") : Finding.Nothing;
        // "JavaScript: The Good Parts" goes on with a space and a word.
        var behind = text[(text.IndexOf(':') + 1)..];
        var code = behind.TrimStart();
        return !code.IsEmpty && (code.Length == behind.Length || code.IndexOfAny(s_sinks) == 0) ? Xss(6, "an address that is script") : Finding.Nothing;
    }

    // A quote that ends the attribute, then a handler of one's own.
    private static Finding Attribute(ReadOnlySpan<char> text)
        => HasHandler(text, isElement: false) && (text.IndexOf('=') is var at && text[at..].IndexOfAny(s_sinks) >= 0 || text.IndexOfAny('"', '\'') is >= 0 and < 24)
            ? Xss(5, "an event handler behind a closed attribute") : Finding.Nothing;

    // A quote that ends a string of a script, then a call; or a template that is a call.
    private static Finding Script(ReadOnlySpan<char> text)
    {
        var sink = text.IndexOfAny(s_sinks);
        if (sink < 0)
            return Finding.Nothing;
        var before = text[..sink];
        var isCalled = text[sink..].IndexOfAny("(`=[") >= 0;
        if (!isCalled)
            return Finding.Nothing;
        if (before.EndsWith("${") || before.EndsWith("{{") || before.Contains("{{constructor", StringComparison.Ordinal) || before.EndsWith("&{"))
            return Xss(5, "a template that calls a function");
        if (IsDisguised(text.TrimStart('(')))
            return Xss(5, "a call in disguise");
        // With an argument that no example has: alert(document.cookie), eval(atob(...)), [].filter.constructor('...')().
        if (sink == 0 && text.IndexOfAny(s_loot) >= 0 || text.IndexOfAny(s_constructors) >= 0)
            return Xss(5, "a call that takes what is the user's");
        // What ends the statement before it, and makes a comment of what stands behind it.
        if (text is ['"' or '\'' or '`' or '\\' or ';' or ')' or '}' or ']' or '-' or '+', ..] && text.EndsWith("//"))
            return Xss(5, "a call between an end and a comment");
        var quote = before.IndexOfAny('\'', '"', '`');
        var prefix = quote < 0 ? before : before[..quote];
        if (prefix.IndexOfAny(' ', '\n') >= 0 || prefix.Length > 32)
            return Finding.Nothing;
        var between = quote < 0 ? before : before[(quote + 1)..];
        between = between.Trim(" \t\r\n");
        return quote >= 0 && (between.IsEmpty ? false : between.IndexOfAnyExcept(";,+-*/|&?:)]}!~^%=<>( {[.\\'\"`\r\n\t ") < 0)
            ? Xss(5, "a call behind a closed string") : Finding.Nothing;
    }

    // (alert)(1), confirm.call(null,1), alert?.(1): calls that do not look like any.
    private static bool IsDisguised(ReadOnlySpan<char> text)
    {
        var name = text.StartsWith("alert") ? 5 : text.StartsWith("confirm") ? 7 : text.StartsWith("prompt") ? 6 : 0;
        return name > 0 && text[name..] is var behind
            && (behind.StartsWith(")(") || behind.StartsWith(".call(") || behind.StartsWith(".apply(") || behind.StartsWith("?.(") || behind.StartsWith(")`"));
    }

    private static Finding Xss(int score, string rule) => new(AttackClass.CrossSiteScripting, score, rule);
}

namespace Slipway.Core.Manifests;

/// <summary>Scalars and keys.</summary>
internal sealed partial class PlainYamlReader
{
    private Node? ReadQuoted(bool inFlow)
    {
        var (quote, start) = (_text[_at], _at + 1);
        var doubled = false;
        for (_at = start; _at < _text.Length && _text[_at] is not ('\n' or '\r' or '\\'); _at++)
        {
            if (_text[_at] != quote)
                continue;
            if (quote == '\'' && _at + 1 < _text.Length && _text[_at + 1] == '\'')
            {
                doubled = true;
                _at++;
                continue;
            }
            var value = _text[start.._at++];
            // A quoted key, or text that follows the quote.
            if (_at < _text.Length && !(_text[_at] is ' ' or '\n' or '\r' || (inFlow && _text[_at] is ',' or ']' or '}')))
                return null;
            return NewScalar(_line, start - _lineStart, doubled ? value.Replace("''", "'", StringComparison.Ordinal) : value, plain: false);
        }
        return null;
    }

    private Node? ReadPlain(bool inFlow)
    {
        var start = _at;
        // Every other first character means something to YAML, or nearly.
        if (!char.IsLetterOrDigit(_text[_at]) && _text[_at] is not ('.' or '/' or '$' or '_' or '~' or '(' or '+'))
            return null;
        for (; _at < _text.Length; _at++)
        {
            var c = _text[_at];
            if (c is '\n' or '\r')
                break;
            if (c == '#' && _text[_at - 1] == ' ')
                break;
            if (c == ':' && (_at + 1 == _text.Length || _text[_at + 1] is ' ' or '\n' or '\r' || (inFlow && !char.IsAsciiLetterOrDigit(_text[_at + 1]) && _text[_at + 1] != '/')))
                return null;
            if (!inFlow)
                continue;
            if (c is ',' or ']' or '}')
                break;
            // A question mark begins a key only after a space.
            if (c is '[' or '{' || (c == '?' && _text[_at - 1] == ' '))
                return null;
        }
        var end = _at;
        while (end > start && _text[end - 1] == ' ')
            end--;
        return NewScalar(_line, start - _lineStart + 1, _text[start..end], plain: true);
    }

    /// <summary>The key that ends before a colon, the position then after the colon; null when there is none.</summary>
    private Node? ReadKey()
    {
        var end = KeyEnd();
        if (end < 0)
            return null;
        var key = NewScalar(_line, _at - _lineStart + 1, _text[_at..end], plain: true);
        _at = end + 1;
        return key is null || key.IsNull ? null : key;
    }

    /// <summary>The position of the colon after a key that begins here, or -1.</summary>
    private int KeyEnd()
    {
        var end = _at;
        while (end < _text.Length && end - _at < KeyLengthMax && (char.IsAsciiLetterOrDigit(_text[end]) || _text[end] is '_' or '-' or '.'))
            end++;
        if (end == _at || !char.IsAsciiLetter(_text[_at]) || end == _text.Length || _text[end] != ':')
            return -1;
        return end + 1 == _text.Length || _text[end + 1] is ' ' or '\n' or '\r' ? end : -1;
    }
}

using System.Text;
using Slipway.Core.Manifests;

namespace Slipway.Core.Settings;

/// <summary>Goes through the text of a <c>.env</c> file entry by entry.</summary>
internal sealed class DotEnvReader(string file, string text, ICollection<Diagnostic> faults)
{
    private int _at = text.StartsWith('\uFEFF') ? 1 : 0;
    private int _line = 1;
    private int _lineStart = text.StartsWith('\uFEFF') ? 1 : 0;

    /// <summary>The next entry, or null at the end.</summary>
    public DotEnvEntry? Next()
    {
        while (_at < text.Length)
        {
            SkipBlanks();
            if (_at < text.Length && text[_at] is not ('#' or '\n' or '\r'))
            {
                if (ReadEntry() is { } entry)
                    return entry;
            }
            SkipLine();
        }
        return null;
    }

    private DotEnvEntry? ReadEntry()
    {
        if (string.CompareOrdinal(text, _at, "export", 0, 6) == 0 && _at + 6 < text.Length && text[_at + 6] is ' ' or '\t')
        {
            _at += 6;
            SkipBlanks();
        }
        var (start, at) = (_at, Here());
        while (_at < text.Length && (char.IsAsciiLetterOrDigit(text[_at]) || text[_at] == '_'))
            _at++;
        // Not shown until it is surely a name: it may be a line of a key that was pasted without quotes.
        var name = text[start.._at];
        SkipBlanks();
        if (_at == text.Length || text[_at] != '=')
            return Refuse(at, name.Length == 0 ? "A variable's name must stand here." : "'=' is missing after the name.", "Write it as: NAME=value");
        if (!Interpolation.IsName(name))
            return Refuse(at, "What stands before '=' is no name of a variable.", "Use letters, digits and underscores, no digit first.");
        _at++;
        SkipBlanks();
        if (_at == text.Length || text[_at] is not ('\'' or '"'))
            return new(name, ReadPlain(), at);
        return ReadQuoted() is { } value ? new(name, value, at) : null;
    }

    private string ReadPlain()
    {
        var start = _at;
        while (_at < text.Length && text[_at] is not ('\n' or '\r'))
        {
            if (text[_at] == '#' && (_at == start || text[_at - 1] is ' ' or '\t'))
                break;
            _at++;
        }
        return text[start.._at].TrimEnd(' ', '\t');
    }

    private string? ReadQuoted()
    {
        var (quote, opened) = (text[_at++], Here(-1));
        var (start, line, lineStart) = (_at, _line, _lineStart);
        var value = new StringBuilder();
        for (; _at < text.Length && text[_at] != quote; _at++)
        {
            var c = text[_at];
            if (c == '\r' && _at + 1 < text.Length && text[_at + 1] == '\n')
                continue;
            if (c == '\n')
                NewLine();
            if (c == '\\' && quote == '"' && _at + 1 < text.Length && Escaped(text[_at + 1]) is { } escaped)
            {
                value.Append(escaped);
                _at++;
                continue;
            }
            value.Append(c);
        }
        if (_at == text.Length)
        {
            // Only this line is lost; what follows may be entries of their own.
            (_at, _line, _lineStart) = (start, line, lineStart);
            Refuse(opened, $"The quote {quote} is not closed.", $"Close it with another {quote}.");
            return null;
        }
        _at++;
        SkipBlanks();
        if (_at < text.Length && text[_at] is not ('\n' or '\r' or '#'))
        {
            Refuse(Here(), "Text follows the closing quote.", "Put the whole value in one pair of quotes, inner ones as \\\".");
            return null;
        }
        return value.ToString();
    }

    private static char? Escaped(char c) => c switch
    {
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        '"' or '\\' or '$' => c,
        _ => null,
    };

    private void SkipBlanks()
    {
        while (_at < text.Length && text[_at] is ' ' or '\t')
            _at++;
    }

    private void SkipLine()
    {
        while (_at < text.Length && text[_at] is not ('\n' or '\r'))
            _at++;
        if (_at + 1 < text.Length && text[_at] == '\r' && text[_at + 1] == '\n')
            _at++;
        if (_at < text.Length)
        {
            NewLine();
            _at++;
        }
    }

    private void NewLine() => (_line, _lineStart) = (_line + 1, _at + 1);

    private SourcePlace Here(int offset = 0) => new(file, _line, _at + offset - _lineStart + 1);

    private DotEnvEntry? Refuse(SourcePlace at, string message, string remedy)
    {
        faults.Add(new(FaultCode.DotEnv, Severity.Error, at, message, remedy));
        return null;
    }
}

namespace Slipway.Core.Manifests;

/// <summary>
/// Reads the part of YAML that manifests are mostly written in: block mappings and sequences, flow collections on one
/// line, plain and quoted scalars on one line, comments. It never reports: at anything else, and at anything doubtful, it
/// gives up and <see cref="YamlReader"/> reads the whole text. What it does accept it reads exactly as that would, places
/// included; tests hold the two against each other. It exists because the full parser costs a cold start 40 ms.
/// </summary>
internal sealed partial class PlainYamlReader
{
    /// <summary>Longer keys are for the full parser, which has a limit of its own.</summary>
    private const int KeyLengthMax = 128;

    private readonly string _text;
    private readonly List<Diagnostic> _doubts = [];
    private readonly FaultList _faults;
    private int _at;
    private int _line;
    private int _lineStart;
    private int _indent;
    private int _nodes;

    private PlainYamlReader(string text)
    {
        _text = text;
        _faults = new("", _doubts);
    }

    /// <summary>The document, or null when the full parser has to say.</summary>
    public static Node? TryRead(string text)
    {
        // Line breaks and marks that only some parsers know.
        if (text.AsSpan().IndexOfAny("\t\u0085\u2028\u2029\uFEFF") >= 0 || HasLoneReturn(text))
            return null;
        var reader = new PlainYamlReader(text);
        if (!reader.StartLine(0, 1) || reader._indent != 0 || reader._at == text.Length)
            return null;
        var root = reader.ReadMapping(0);
        return root is not null && reader._at == text.Length && reader._doubts.Count == 0 ? root : null;
    }

    private static bool HasLoneReturn(string text)
    {
        for (var i = text.IndexOf('\r'); i >= 0; i = text.IndexOf('\r', i + 1))
        {
            if (i + 1 == text.Length || text[i + 1] != '\n')
                return true;
        }
        return false;
    }

    private Node? ReadMapping(int depth)
    {
        var indent = _indent;
        var mapping = new MappingBuilder(_line, indent + 1, _faults);
        if (depth > YamlReader.DepthMax - 2)
            return null;
        while (_at < _text.Length && _indent == indent)
        {
            if (ReadKey() is not { } key)
                return null;
            var (line, column) = (_line, _at - _lineStart + 1);
            SkipSpaces();
            Node? value;
            if (AtLineEnd())
            {
                if (!NextLine())
                    return null;
                if (_at < _text.Length && _indent > indent)
                    value = AtDash() ? ReadSequence(depth + 1) : ReadMapping(depth + 1);
                else if (_at < _text.Length && _indent == indent && AtDash())
                    value = ReadSequence(depth + 1);
                else
                    value = NewScalar(line, column, "", plain: true);
            }
            else
            {
                value = ReadInline(inFlow: false, depth + 1);
                if (value is null || !NextLine())
                    return null;
            }
            if (value is null)
                return null;
            mapping.Add(key, value);
        }
        return _at < _text.Length && _indent > indent ? null : Counted(mapping.Build());
    }

    private Node? ReadSequence(int depth)
    {
        var (line, indent) = (_line, _indent);
        var items = new List<Node>();
        if (depth > YamlReader.DepthMax - 2)
            return null;
        while (_at < _text.Length && _indent == indent && AtDash())
        {
            _at++;
            SkipSpaces();
            if (AtLineEnd())
                return null;
            _indent = _at - _lineStart;
            Node? item;
            if (AtDash())
            {
                item = ReadSequence(depth + 1);
            }
            else if (KeyEnd() > 0)
            {
                item = ReadMapping(depth + 1);
            }
            else
            {
                item = ReadInline(inFlow: false, depth + 1);
                if (item is null || !NextLine())
                    return null;
            }
            if (item is null)
                return null;
            items.Add(item);
        }
        return _at < _text.Length && _indent > indent ? null : Counted(new(line, indent + 1, null, items.ToArray()));
    }

    private Node? ReadInline(bool inFlow, int depth)
    {
        var c = _text[_at];
        if (c is '[' or '{')
            return depth > YamlReader.DepthMax - 2 ? null : c == '[' ? ReadFlowSequence(depth) : ReadFlowMapping(depth);
        return c is '\'' or '"' ? ReadQuoted(inFlow) : ReadPlain(inFlow);
    }

    private Node? ReadFlowSequence(int depth)
    {
        var column = ++_at - _lineStart;
        var items = new List<Node>();
        while (true)
        {
            SkipSpaces();
            if (_at == _text.Length)
                return null;
            if (_text[_at] == ']' && items.Count == 0)
                break;
            if (ReadInline(inFlow: true, depth + 1) is not { } item)
                return null;
            items.Add(item);
            SkipSpaces();
            if (_at < _text.Length && _text[_at] == ']')
                break;
            if (_at == _text.Length || _text[_at++] != ',')
                return null;
        }
        _at++;
        return Counted(new(_line, column, null, items.ToArray()));
    }

    private Node? ReadFlowMapping(int depth)
    {
        var column = ++_at - _lineStart;
        var mapping = new MappingBuilder(_line, column, _faults);
        for (var first = true; ; first = false)
        {
            SkipSpaces();
            if (_at < _text.Length && _text[_at] == '}' && first)
                break;
            if (ReadKey() is not { } key)
                return null;
            SkipSpaces();
            if (_at == _text.Length || ReadInline(inFlow: true, depth + 1) is not { } value)
                return null;
            mapping.Add(key, value);
            SkipSpaces();
            if (_at < _text.Length && _text[_at] == '}')
                break;
            if (_at == _text.Length || _text[_at++] != ',')
                return null;
        }
        _at++;
        return Counted(mapping.Build());
    }

    private bool AtDash() => _text[_at] == '-' && _at + 1 < _text.Length && _text[_at + 1] is ' ' or '\n' or '\r';

    private bool AtLineEnd() => _at == _text.Length || _text[_at] is '\n' or '\r' || (_text[_at] == '#' && _text[_at - 1] == ' ');

    private void SkipSpaces()
    {
        while (_at < _text.Length && _text[_at] == ' ')
            _at++;
    }

    /// <summary>Goes from the end of a value to the next line that holds something; false when the value has not ended.</summary>
    private bool NextLine()
    {
        SkipSpaces();
        if (!AtLineEnd())
            return false;
        var end = _text.IndexOf('\n', _at);
        return end < 0 ? StartLine(_text.Length, _line) : StartLine(end + 1, _line + 1);
    }

    /// <summary>Goes to the first line from here that holds something; false when it is not for this reader.</summary>
    private bool StartLine(int at, int line)
    {
        while (true)
        {
            (_at, _lineStart, _line) = (at, at, line);
            SkipSpaces();
            _indent = _at - _lineStart;
            if (_at == _text.Length)
                return true;
            if (_text[_at] == '#' || _text[_at] is '\n' or '\r')
            {
                var end = _text.IndexOf('\n', _at);
                if (end < 0)
                {
                    _at = _text.Length;
                    return true;
                }
                (at, line) = (end + 1, line + 1);
                continue;
            }
            return _text[_at] is not ('%' or '-') || AtDash();
        }
    }

    private Node? NewScalar(int line, int column, string text, bool plain) => Counted(new(line, column, text, plain));

    private Node? Counted(Node node) => ++_nodes > YamlReader.NodesMax ? null : node;
}

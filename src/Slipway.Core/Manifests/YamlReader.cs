using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Slipway.Core.Manifests;

/// <summary>
/// Reads YAML into nodes by the parser's events, never by its reflection: aliases are resolved by sharing, merge keys
/// applied, and what would be dangerous or ambiguous is refused with its place.
/// </summary>
internal sealed class YamlReader
{
    /// <summary>Levels of nesting; a manifest needs about ten.</summary>
    public const int DepthMax = 64;

    /// <summary>Nodes with aliases followed; a manifest of 1,000 services has about 40,000.</summary>
    public const int NodesMax = 100_000;

    /// <summary>The message for what the parser takes for an error of its own: almost always a bracket that is not closed.</summary>
    public const string Unclosed = "a flow collection is not closed";

    private const string CorePrefix = "tag:yaml.org,2002:";

    private readonly FaultList _faults;
    private readonly Parser _parser;
    private readonly Dictionary<string, Node?> _anchors = [];
    private int _nodes;

    private YamlReader(string text, FaultList faults)
    {
        _faults = faults;
        _parser = new(new Scanner(new StringReader(text), skipComments: true));
    }

    /// <summary>The document in <paramref name="text"/>, or null when there is none that could be read to its end.</summary>
    public static Node? Read(string text, FaultList faults)
    {
        try
        {
            return new YamlReader(text, faults).ReadDocument();
        }
        catch (YamlException exception)
        {
            YamlSyntaxFault.Report(exception, text, faults);
            return null;
        }
    }

    private Node? ReadDocument()
    {
        Advance();
        if (!Advance() || _parser.Current is not DocumentStart)
        {
            _faults.Error(FaultCode.Empty, 0, 0, "The file is empty.", "Begin it with the application's name, such as: app: shop");
            return null;
        }
        Advance();
        var root = ReadNode(0);
        if (root is null)
            return null;
        Advance();
        if (_parser.Current is DocumentStart second)
        {
            _faults.Error(FaultCode.SeveralDocuments, (int)second.Start.Line, (int)second.Start.Column, "A second document starts here; a manifest is one.", "Remove the line --- and what follows it, or move that to a file of its own.");
            return null;
        }
        return root;
    }

    /// <summary>The node at the current event, which is then the one after it; null when reading has to stop.</summary>
    private Node? ReadNode(int depth)
    {
        var current = _parser.Current;
        if (depth > DepthMax)
        {
            ReportTooDeep(current!);
            return null;
        }
        if (current is AnchorAlias alias)
            return ReadAlias(alias, depth);
        // The parser ends some mappings of damaged text after a key.
        if (current is not NodeEvent start)
            throw new YamlException(current?.Start ?? Mark.Empty, current?.End ?? Mark.Empty, "a value is missing");
        var (line, column) = ((int)start.Start.Line, (int)start.Start.Column);
        var anchor = start.Anchor.IsEmpty ? null : start.Anchor.Value;
        if (anchor is not null)
            _anchors[anchor] = null;
        var tag = start.Tag.IsEmpty || start.Tag.IsNonSpecific ? null : start.Tag.Value;
        if (tag is not null && !IsCoreTag(tag, start))
            _faults.Error(FaultCode.Tag, line, column, $"The tag '{tag}' means nothing in a manifest.", "Remove the tag.");
        Node? node;
        if (start is Scalar scalar)
        {
            var plain = tag is null ? scalar.Style == ScalarStyle.Plain && start.Tag.IsEmpty : tag != CorePrefix + "str";
            node = new(line, column, scalar.Value, plain);
            Advance();
        }
        else
        {
            node = start is MappingStart ? ReadMapping(line, column, depth) : ReadSequence(line, column, depth);
        }
        if (node is not null && anchor is not null)
            _anchors[anchor] = node;
        return node is not null && Count(1, line, column) ? node : null;
    }

    private Node? ReadAlias(AnchorAlias alias, int depth)
    {
        var (line, column) = ((int)alias.Start.Line, (int)alias.Start.Column);
        var name = alias.Value.Value;
        Advance();
        var known = _anchors.TryGetValue(name, out var node);
        if (node is null)
        {
            _faults.Error(FaultCode.Alias, line, column, known ? $"The alias *{name} stands inside the value that it names." : $"The alias *{name} names no anchor before it.", known ? "Write the value out." : $"Put &{name} before the value that is meant, or write a text that begins with * in quotes.");
            return Node.Unreadable(line, column);
        }
        if (depth + node.Height > DepthMax)
        {
            ReportTooDeep(alias);
            return null;
        }
        return Count(node.Size, line, column) ? node : null;
    }

    private Node? ReadSequence(int line, int column, int depth)
    {
        var items = new List<Node>();
        Advance();
        while (_parser.Current is not SequenceEnd)
        {
            if (ReadNode(depth + 1) is not { } item)
                return null;
            items.Add(item);
        }
        Advance();
        return new(line, column, null, items.ToArray());
    }

    private Node? ReadMapping(int line, int column, int depth)
    {
        var mapping = new MappingBuilder(line, column, _faults);
        Advance();
        while (_parser.Current is not MappingEnd)
        {
            if (ReadNode(depth + 1) is not { } key || ReadNode(depth + 1) is not { } value)
                return null;
            mapping.Add(key, value);
        }
        Advance();
        return Count(mapping.MergedNodes, line, column) ? mapping.Build() : null;
    }

    /// <summary>
    /// Goes to the next event. The parser has states that it calls impossible and still gets into by damaged text; they
    /// are the text's fault, at the place it had come to.
    /// </summary>
    private bool Advance()
    {
        try
        {
            return _parser.MoveNext();
        }
        catch (InvalidOperationException exception)
        {
            var at = _parser.Current?.End ?? Mark.Empty;
            throw new YamlException(at, at, Unclosed, exception);
        }
    }

    private bool Count(int nodes, int line, int column)
    {
        _nodes = (int)Math.Min(int.MaxValue, (long)_nodes + nodes);
        if (_nodes <= NodesMax)
            return true;
        _faults.Error(FaultCode.TooManyNodes, line, column, $"With aliases followed, the file holds more than {NodesMax} values.", "Use fewer aliases inside of aliases.");
        return false;
    }

    private void ReportTooDeep(ParsingEvent at)
        => _faults.Error(FaultCode.TooDeep, (int)at.Start.Line, (int)at.Start.Column, $"Values are nested more than {DepthMax} levels deep.", "Write it flatter; a manifest needs about ten levels.");

    private static bool IsCoreTag(string tag, NodeEvent node)
    {
        if (!tag.StartsWith(CorePrefix, StringComparison.Ordinal))
            return false;
        var name = tag[CorePrefix.Length..];
        return node switch
        {
            Scalar => name is "str" or "int" or "float" or "bool" or "null",
            MappingStart => name is "map",
            _ => name is "seq",
        };
    }
}

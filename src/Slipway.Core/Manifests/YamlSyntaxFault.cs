using YamlDotNet.Core;

namespace Slipway.Core.Manifests;

/// <summary>Says in a user's words what the YAML parser found wrong, from its message and the line it stopped at.</summary>
internal static class YamlSyntaxFault
{
    /// <summary>What the parser's messages contain, and what that means; the first that fits is told.</summary>
    private static readonly (string Part, string What, string Remedy)[] Meanings =
    [
        ("cannot start any token", "A value cannot begin with '{0}'.", "Put the value in quotes."),
        ("disallowed", "A value cannot begin with '{0}'.", "Put the value in quotes."),
        ("scanning a tag", "A value cannot begin with '{0}'.", "Put the value in quotes."),
        ("multiline plain", "A value goes on over the end of its line, and a ': ' stands in what follows.", "Give the line above a ': ' after its key, or put the value in quotes."),
        ("invalid mapping", "A second ': ' stands in one value, or the line is indented too far.", "Put the value in quotes, or align the key with its neighbours."),
        ("quoted scalar, found unexpected end", "A quoted text is not closed.", "Close it with the same quote that opens it."),
        ("quoted scalar, found unexpected document", "A quoted text is not closed.", "Close it with the same quote that opens it."),
        ("escape character", "A text in double quotes holds an escape that YAML does not know.", "Double the backslash, or use single quotes."),
        ("hexadecimal", "A text in double quotes holds an escape that YAML does not know.", "Double the backslash, or use single quotes."),
        ("',' or ']'", "A list in [ ] is not closed, or a comma is missing in it.", "Write it as [one, two], with texts that hold , or ] in quotes."),
        ("',' or '}'", "A mapping in { } is not closed, or a comma is missing in it.", "Write it as { key: value, other: value }, with texts that hold , or } in quotes."),
        (YamlReader.Unclosed, "A list in [ ] or a mapping in { } that began before is not closed here.", "Close it with ] or }, and put texts that hold such brackets in quotes."),
        ("node content", "A value is missing here.", "Write one, or put it in quotes when it is one."),
        ("'-' indicator", "A key stands where a list entry must.", "Begin the line with '- ', or indent it as its neighbours."),
        ("sequence entries", "A list entry stands where none can.", "Put '- ' entries on lines of their own below their key, all with the same indentation."),
        ("expected key", "The line does not fit the ones above it.", "Give keys of one level the same indentation, each a ': ' after it, and put a quoted value in quotes as a whole."),
        ("expected ':'", "A key without a ': ' stands here.", "Write it as: key: value"),
        ("directive", "A line cannot begin with '%'.", "Put the value in quotes."),
        ("block scalar", "After | or > the line must end.", "Begin the text on the next line, indented."),
    ];

    public static void Report(YamlException exception, string text, FaultList faults)
    {
        var message = exception.Message;
        var (line, column) = Within(text, (int)exception.Start.Line, (int)exception.Start.Column);
        if (message.Contains(" tab ", StringComparison.Ordinal))
        {
            var at = FindTab(text);
            faults.Error(FaultCode.Tab, at.Line, at.Column, "A tab stands in the indentation; YAML allows spaces only.", "Replace it by spaces, two for each level.");
            return;
        }
        foreach (var (part, what, remedy) in Meanings)
        {
            if (!message.Contains(part, StringComparison.Ordinal))
                continue;
            faults.Error(FaultCode.Syntax, line, column, what.Replace("{0}", CharacterAt(text, line, column), StringComparison.Ordinal), remedy);
            return;
        }
        faults.Error(FaultCode.Syntax, line, column, $"This is not YAML: {message.TrimEnd('.')}.", "Correct it, or put the value in quotes.");
    }

    /// <summary>The place, or the end of the text for one behind it, where the parser puts what is missing.</summary>
    private static (int Line, int Column) Within(string text, int line, int column)
    {
        var (lastLine, lastColumn) = SourceText.PlaceOf(text, text.TrimEnd().Length);
        return line > lastLine ? (lastLine, lastColumn) : (Math.Max(1, line), Math.Max(1, column));
    }

    private static string CharacterAt(string text, int line, int column)
    {
        var lines = text.Split('\n');
        return line <= lines.Length && column <= lines[line - 1].Length ? lines[line - 1][column - 1].ToString() : "";
    }

    /// <summary>The first tab that only spaces stand before on its line.</summary>
    private static (int Line, int Column) FindTab(string text)
    {
        var lines = text.Split('\n');
        for (var i = 0; i < lines.Length; i++)
        {
            var content = lines[i].TrimStart(' ');
            if (content.Length > 0 && content[0] == '\t')
                return (i + 1, lines[i].Length - content.Length + 1);
        }
        return (1, 1);
    }
}

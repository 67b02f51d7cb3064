using YamlDotNet.Core;

namespace Slipway.Core.Manifests;

/// <summary>Says in a user's words what the YAML parser found wrong, from its message and the line it stopped at.</summary>
internal static class YamlSyntaxFault
{
    public static void Report(YamlException exception, string text, FaultList faults)
    {
        var (line, column) = ((int)exception.Start.Line, (int)exception.Start.Column);
        if (line == 0)
            (line, column) = (1, 1);
        var source = LineOf(text, line);
        if (TabInIndent(source) is var tab and > 0)
        {
            faults.Error(FaultCode.Tab, line, tab, "A tab stands in the indentation; YAML allows spaces only.", "Replace it by spaces, two for each level.");
            return;
        }
        var (what, remedy) = Explain(exception.Message, source, column);
        faults.Error(FaultCode.Syntax, line, column, what, remedy);
    }

    private static (string What, string Remedy) Explain(string message, string source, int column)
    {
        var character = column >= 1 && column <= source.Length ? source[column - 1] : '\0';
        if (Has(message, "cannot start any token"))
            return ($"A value cannot begin with '{character}'.", "Put the value in quotes.");
        if (Has(message, "Mapping values are not allowed"))
            return ("A second ': ' stands in one value, or the line is indented too far.", "Put the value in quotes, or align the key with its neighbours.");
        if (Has(message, "end of stream") || Has(message, "document indicator"))
            return ("A quoted text is not closed.", "Close it with the same quote that opens it.");
        if (Has(message, "',' or ']'") || Has(message, "flow sequence"))
            return ("A list in [ ] is not closed, or a comma is missing in it.", "Write it as [one, two], with texts that hold , or ] in quotes.");
        if (Has(message, "',' or '}'") || Has(message, "flow mapping"))
            return ("A mapping in { } is not closed, or a comma is missing in it.", "Write it as { key: value, other: value }, with texts that hold , or } in quotes.");
        if (Has(message, "simple key") || Has(message, "block mapping") || Has(message, "block end") || Has(message, "expected key"))
            return ("The line does not fit the ones above it.", "Give keys of one level the same indentation and each a ': ' after it.");
        if (Has(message, "'-' indicator") || Has(message, "block collection") || Has(message, "Block sequence"))
            return ("A list entry stands where none can.", "Put '- ' entries on lines of their own below their key, all with the same indentation.");
        if (Has(message, "escape") || Has(message, "hexdecimal"))
            return ("A text in double quotes holds an escape that YAML does not know.", "Double the backslash, or use single quotes.");
        return ($"This is not YAML: {message.TrimEnd('.')}.", "Correct it, or put the value in quotes.");
    }

    private static bool Has(string message, string part) => message.Contains(part, StringComparison.OrdinalIgnoreCase);

    private static string LineOf(string text, int line)
    {
        var start = 0;
        while (--line > 0)
        {
            var end = text.IndexOf('\n', start);
            if (end < 0)
                return "";
            start = end + 1;
        }
        var stop = text.IndexOf('\n', start);
        return stop < 0 ? text[start..] : text[start..stop];
    }

    /// <summary>The column of a tab before the first other character, or 0.</summary>
    private static int TabInIndent(string line)
    {
        for (var i = 0; i < line.Length; i++)
        {
            if (line[i] == '\t')
                return i + 1;
            if (line[i] != ' ')
                break;
        }
        return 0;
    }
}

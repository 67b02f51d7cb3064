using System.Text;

namespace Slipway.Core.Manifests;

/// <summary>What must hold of a file's text before anything reads it.</summary>
internal static class SourceText
{
    /// <summary>Whether the text can be read at all; otherwise the fault is taken down.</summary>
    public static bool Check(string text, FaultList faults)
    {
        if (text.Length > ManifestReader.TextBytesMax || Encoding.UTF8.GetByteCount(text) > ManifestReader.TextBytesMax)
        {
            ReportTooLarge(faults);
            return false;
        }
        var bad = FirstBad(text);
        if (bad < 0)
            return true;
        var (line, column) = PlaceOf(text, bad);
        if (text[bad] == '\uFFFD' || char.IsSurrogate(text[bad]))
            ReportNotUtf8(line, column, faults);
        else
            faults.Error(FaultCode.NotText, line, column, $"The character U+{(int)text[bad]:X4} cannot stand in a text file.", "Remove it, and save the file as UTF-8 text.");
        return false;
    }

    public static void ReportTooLarge(FaultList faults)
        => faults.Error(FaultCode.TooLarge, 0, 0, "The file is larger than 1 MiB, which no manifest needs.", "Check that it is the right file.");

    public static void ReportNotUtf8(int line, int column, FaultList faults)
        => faults.Error(FaultCode.NotText, line, column, "The file is not UTF-8 here.", "Save it in the encoding UTF-8.");

    /// <summary>Line and column, from 1, of a position in the text.</summary>
    public static (int Line, int Column) PlaceOf(string text, int index)
    {
        var (line, start) = (1, 0);
        for (var i = 0; i < index; i++)
        {
            if (text[i] == '\n')
                (line, start) = (line + 1, i + 1);
        }
        return (line, index - start + 1);
    }

    private static int FirstBad(string text)
    {
        var span = text.AsSpan();
        var first = -1;
        Earlier(ref first, span.IndexOfAnyInRange('\0', '\b'));
        Earlier(ref first, span.IndexOfAnyInRange('\v', '\f'));
        Earlier(ref first, span.IndexOfAnyInRange('\x0E', '\x1F'));
        Earlier(ref first, span.IndexOf('\x7F'));
        Earlier(ref first, span.IndexOf('\uFFFD'));
        if (span.IndexOfAnyInRange('\uD800', '\uDFFF') is var i and >= 0)
        {
            for (; i < text.Length; i++)
            {
                if (char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
                {
                    i++;
                }
                else if (char.IsSurrogate(text[i]))
                {
                    Earlier(ref first, i);
                    break;
                }
            }
        }
        return first;
    }

    private static void Earlier(ref int first, int index)
    {
        if (index >= 0 && (first < 0 || index < first))
            first = index;
    }
}

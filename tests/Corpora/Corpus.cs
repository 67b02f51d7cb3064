using System.Runtime.CompilerServices;

namespace Slipway.Corpora;

/// <summary>The attacks and the harmless values that the validation is tried on.</summary>
internal static class Corpus
{
    /// <summary>Every attack with its class.</summary>
    public static IReadOnlyList<(string Class, string Text)> Attacks { get; } = [.. Read("attacks.txt")];

    /// <summary>Every harmless value.</summary>
    public static IReadOnlyList<string> Benign { get; } = [.. Read("benign.txt").Select(one => one.Text)];

    private static IEnumerable<(string Class, string Text)> Read(string name)
    {
        var heading = "";
        foreach (var line in File.ReadLines(Path.Combine(Folder(), name)).Skip(1))
        {
            if (name == "attacks.txt" && line is ['[', .., ']'])
                heading = line[1..^1];
            else if (line.Length > 0)
                yield return (heading, Unescape(line));
        }
    }

    private static string Unescape(string line)
    {
        var text = new System.Text.StringBuilder(line.Length);
        for (var i = 0; i < line.Length; i++)
        {
            if (line[i] != '\\' || i + 1 == line.Length)
            {
                text.Append(line[i]);
                continue;
            }
            text.Append(line[++i] switch { 'n' => "\n", 'r' => "\r", 't' => "\t", '0' => "\0", '\\' => "\\", var other => "\\" + other });
        }
        return text.ToString();
    }

    private static string Folder([CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;
}

using System.Text;
using Slipway.Core.Manifests;

namespace Slipway.Core.Settings;

/// <summary>
/// A <c>.env</c> file. Its dialect: one <c>NAME=value</c> a line, <c>export</c> before it and spaces around <c>=</c>
/// allowed; <c>#</c> begins a comment at the start of a line or after a space; <c>'...'</c> keeps everything,
/// <c>"..."</c> knows <c>\n \r \t \" \\ \$</c>, and both may span lines; a value without quotes ends with its line,
/// spaces around it removed. Nothing is interpolated. A name given twice has its last value.
/// </summary>
public sealed class DotEnvFile
{
    private readonly Dictionary<string, DotEnvEntry> _entries;

    private DotEnvFile(Dictionary<string, DotEnvEntry> entries) => _entries = entries;

    /// <summary>A file without entries, for where there is none.</summary>
    public static DotEnvFile Empty { get; } = new([]);

    /// <summary>What it sets, by name.</summary>
    public IReadOnlyDictionary<string, DotEnvEntry> Entries => _entries;

    /// <summary>
    /// Reads the text of a file; lines that cannot be read are faults and set nothing. <paramref name="file"/> is only
    /// named in them.
    /// </summary>
    public static DotEnvFile Read(string file, string text, ICollection<Diagnostic> faults)
    {
        var entries = new Dictionary<string, DotEnvEntry>();
        var reader = new DotEnvReader(file, text, faults);
        while (reader.Next() is { } entry)
        {
            if (entries.TryGetValue(entry.Name, out var first))
                faults.Add(new(FaultCode.DotEnv, Severity.Warning, entry.At, $"{entry.Name} is set twice; the value of line {first.At.Line} is not used.", "Keep one of the two."));
            entries[entry.Name] = entry;
        }
        return new(entries);
    }

    /// <summary>Whether a text can be the name of a variable.</summary>
    public static bool IsName(string name) => Interpolation.IsName(name);

    /// <summary>The value as a file can hold it, read back unchanged.</summary>
    public static string Quote(string value)
    {
        var plain = value.Length > 0;
        foreach (var c in value)
            plain = plain && (char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.' or '/' or ':' or '@' or '%' or '+' or ',');
        if (plain)
            return value;
        var quoted = new StringBuilder("\"");
        foreach (var c in value)
        {
            quoted.Append(c switch
            {
                '\n' => "\\n",
                '\r' => "\\r",
                '"' => "\\\"",
                '\\' => "\\\\",
                '$' => "\\$",
                _ => c.ToString(),
            });
        }
        return quoted.Append('"').ToString();
    }
}

/// <summary>One line of a <c>.env</c> file.</summary>
/// <param name="Name">The variable.</param>
/// <param name="Value">Its value, quotes and escapes removed.</param>
/// <param name="At">Where the name stands.</param>
public sealed record DotEnvEntry(string Name, string Value, SourcePlace At);

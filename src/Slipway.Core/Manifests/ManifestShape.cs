namespace Slipway.Core.Manifests;

/// <summary>The sections of <see cref="ManifestTable"/>, read once.</summary>
internal static class ManifestShape
{
    /// <summary>In the order of <see cref="ValueKind"/>, as the table writes them.</summary>
    private static readonly string[] KindNames =
    [
        "text", "boolean", "integer", "number", "share", "factor", "duration", "size", "replicas", "choice", "listener",
        "host", "network", "url-path", "route-path", "folder-path", "command", "application-name", "service-name",
        "environment-name", "setting-name", "store-name", "template",
    ];

    private static readonly Dictionary<string, Section> Sections = Read();

    public static readonly Section Root = Sections["manifest"];

    public static readonly Section Environment = Sections["environment"];

    /// <summary>The kinds of services, in the order of <see cref="ServiceKind"/>.</summary>
    public static readonly string[] Kinds = Sections["service"].Keys[0].Choices!;

    /// <summary>Every section by name, in the table's order.</summary>
    public static IReadOnlyDictionary<string, Section> All => Sections;

    private static Dictionary<string, Section> Read()
    {
        var sections = new Dictionary<string, Section>();
        var keys = new List<Key>();
        var (name, shortKey) = ("", (string?)null);
        foreach (var line in ManifestTable.Text.Split('\n'))
        {
            if (line.Length == 0)
            {
                sections.Add(name, new(name, shortKey, keys.ToArray()));
                keys.Clear();
            }
            else if (line[0] == '#')
            {
                var open = line.IndexOf('(', StringComparison.Ordinal);
                name = open < 0 ? line[2..] : line[2..(open - 1)];
                shortKey = open < 0 ? null : line[(open + 1)..^1];
            }
            else if (line[0] == '+')
            {
                keys.AddRange(sections[line[2..]].Keys);
            }
            else
            {
                keys.Add(ReadKey(line.Split('|', 5, StringSplitOptions.TrimEntries), sections));
            }
        }
        sections.Add(name, new(name, shortKey, keys.ToArray()));
        return sections;
    }

    private static Key ReadKey(string[] columns, Dictionary<string, Section> sections)
    {
        var type = columns[1];
        var names = (ValueKind?)null;
        if (type[0] == '{')
        {
            var close = type.IndexOf('}', StringComparison.Ordinal);
            names = (ValueKind)Array.IndexOf(KindNames, type[1..close]);
            type = type[(close + 2)..];
        }
        var many = type.EndsWith("[]", StringComparison.Ordinal);
        if (many)
            type = type[..^2];
        if (sections.TryGetValue(type, out var section))
            return new(columns, ValueKind.Section, section, names, many, "");
        var space = type.IndexOf(' ', StringComparison.Ordinal);
        var kind = Array.IndexOf(KindNames, space < 0 ? type : type[..space]);
        if (kind < 0)
            throw new FormatException($"The table has no type '{type}'.");
        return new(columns, (ValueKind)kind, null, names, many, space < 0 ? "" : type[(space + 1)..]);
    }
}

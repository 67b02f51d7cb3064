namespace Slipway.Core.Manifests;

/// <summary>What a value in the manifest may be.</summary>
internal enum ValueKind
{
    Text,
    Boolean,
    Integer,
    Number,
    Share,
    Factor,
    Duration,
    Size,
    Replicas,
    Choice,
    Listener,
    Host,
    Network,
    UrlPath,
    RoutePath,
    FolderPath,
    Command,
    ApplicationName,
    ServiceName,
    EnvironmentName,
    SettingName,
    StoreName,
    Template,
    Section,
}

/// <summary>One key of the manifest, a line of <see cref="ManifestTable"/>.</summary>
internal sealed class Key
{
    public readonly string Name;
    public readonly ValueKind Kind;

    /// <summary>The value when the key is not given, as text; null when there is none or it depends.</summary>
    public readonly string? Default;

    public readonly string Example;
    public readonly string Doc;

    /// <summary>The words of a choice, in the order of its enumeration.</summary>
    public readonly string[]? Choices;

    /// <summary>The least and the most, both allowed, as the table writes them; empty for no bounds.</summary>
    public readonly string Least = "", Most = "";

    /// <summary>The same as numbers: a duration's in seconds, a size's in bytes, a share's from 0 to 1.</summary>
    public readonly double Min = double.NegativeInfinity, Max = double.PositiveInfinity;

    /// <summary>The keys below, for <see cref="ValueKind.Section"/>.</summary>
    public readonly Section? Section;

    /// <summary>Whether a list of such values is allowed as well as one.</summary>
    public readonly bool Many;

    /// <summary>What the keys are of a mapping from names to such values; null when the key takes the value itself.</summary>
    public readonly ValueKind? Names;

    public readonly bool Required;

    /// <summary>The default, read once.</summary>
    public object? DefaultValue;

    /// <param name="columns">Name, type, default, example and meaning.</param>
    /// <param name="kind">What it takes.</param>
    /// <param name="section">The keys below.</param>
    /// <param name="names">What names it maps, if any.</param>
    /// <param name="many">Whether a list is allowed.</param>
    /// <param name="limits">What follows the kind: least..most, or choices.</param>
    public Key(string[] columns, ValueKind kind, Section? section, ValueKind? names, bool many, string limits)
    {
        (Kind, Section, Names, Many) = (kind, section, names, many);
        Required = columns[0][^1] == '!';
        Name = Required ? columns[0][..^1] : columns[0];
        Default = columns[2].Length == 0 ? null : columns[2];
        (Example, Doc) = (columns[3], columns[4]);
        if (kind == ValueKind.Choice)
        {
            Choices = limits.Split(' ');
        }
        else if (limits.Length > 0)
        {
            var dots = limits.IndexOf("..", StringComparison.Ordinal);
            (Least, Most) = (limits[..dots], limits[(dots + 2)..]);
            (Min, Max) = (ScalarValue.Measure(kind, Least), ScalarValue.Measure(kind, Most));
        }
    }
}

/// <summary>The keys of one mapping.</summary>
/// <param name="name">What it is called in messages and in the schema.</param>
/// <param name="shortKey">The key that a plain value in place of the mapping stands for; null when none may.</param>
/// <param name="keys">All that is known.</param>
internal sealed class Section(string name, string? shortKey, Key[] keys)
{
    public readonly string Name = name;
    public readonly string? ShortKey = shortKey;
    public readonly Key[] Keys = keys;

    /// <summary>The name in a sentence.</summary>
    public string Called => Name switch
    {
        "gates" or "resources" or "jobs" => Name,
        ['e' or 'i', ..] => "an " + Name,
        _ => "a " + Name,
    };

    public int IndexOf(string key)
    {
        for (var i = 0; i < Keys.Length; i++)
        {
            if (Keys[i].Name == key)
                return i;
        }
        return -1;
    }
}

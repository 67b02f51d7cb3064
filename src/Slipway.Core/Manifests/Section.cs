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
    Range,
    Choice,
    Listener,
    Host,
    UrlPath,
    RoutePath,
    FolderPath,
    Command,
    ApplicationName,
    ServiceName,
    EnvironmentName,
    SettingName,
    Section,
}

/// <summary>
/// One key of the manifest: what it takes, what it means, what holds when it is not given. The reader and the JSON Schema
/// both go by these entries, so that they cannot differ.
/// </summary>
internal sealed class Key(
    string name,
    ValueKind kind,
    string doc,
    string? standard = null,
    string? example = null,
    string[]? choices = null,
    double min = double.NegativeInfinity,
    double max = double.PositiveInfinity,
    Section? section = null,
    bool many = false,
    ValueKind? names = null,
    bool required = false)
{
    public readonly string Name = name;
    public readonly ValueKind Kind = kind;
    public readonly string Doc = doc;

    /// <summary>The value when the key is not given, as text; null when there is none or it depends.</summary>
    public readonly string? Default = standard;

    public readonly string? Example = example;
    public readonly string[]? Choices = choices;

    /// <summary>Bounds of a number (a duration's in seconds, a size's in bytes, a share's from 0 to 1), both allowed.</summary>
    public readonly double Min = min, Max = max;

    /// <summary>The keys below, for <see cref="ValueKind.Section"/>.</summary>
    public readonly Section? Section = section;

    /// <summary>Whether a list of such values is allowed as well as one.</summary>
    public readonly bool Many = many;

    /// <summary>What the keys are of a mapping from names to such values; null when the key takes the value itself.</summary>
    public readonly ValueKind? Names = names;

    public readonly bool Required = required;

    /// <summary>The default, read once.</summary>
    public object? DefaultValue;
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

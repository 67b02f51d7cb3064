namespace Slipway.Core.Manifests;

/// <summary>
/// A mapping of the manifest, read by its <see cref="Manifests.Section"/>: for each key the value in its type, or the
/// default. What could not be read counts as not given; its fault has been taken down, so the result is never used.
/// </summary>
internal sealed class Values(Section section, Node at)
{
    private readonly object?[] _values = new object?[section.Keys.Length];
    private readonly Node?[] _keys = new Node?[section.Keys.Length];
    private readonly Node?[] _nodes = new Node?[section.Keys.Length];

    public readonly Section Section = section;

    /// <summary>The mapping, or the plain value that stands for it.</summary>
    public readonly Node At = at;

    /// <summary>The value of a key, its default, or null.</summary>
    public object? this[string key] => _values[Position(key)];

    /// <summary>The value of a key as text, or null.</summary>
    public string? Text(string key) => (string?)_values[Position(key)];

    /// <summary>The section below a key, or one with nothing but defaults.</summary>
    public Values Below(string key)
    {
        var position = Position(key);
        return (Values?)_values[position] ?? ValueReader.Defaults(Section.Keys[position].Section!, At);
    }

    /// <summary>The values of a key that takes several, or none.</summary>
    public object[] List(string key) => (object[]?)_values[Position(key)] ?? [];

    /// <summary>The entries of a key that maps names to values, or none.</summary>
    public NamedValue[] Map(string key) => (NamedValue[]?)_values[Position(key)] ?? [];

    /// <summary>Whether the manifest gives the key.</summary>
    public bool Has(string key) => _keys[Position(key)] is not null;

    /// <summary>The place of a key, or of the mapping when the key is not given.</summary>
    public Node KeyAt(string key) => _keys[Position(key)] ?? At;

    /// <summary>The place of one of the values of a key that takes several.</summary>
    public Node ItemAt(string key, int index)
    {
        var node = _nodes[Position(key)] ?? At;
        return node.Kind == NodeKind.Sequence && index < node.Items.Length ? node.Items[index] : node;
    }

    public void Set(int position, Node key, Node node, object? value)
    {
        _keys[position] = key;
        _nodes[position] = node;
        _values[position] = value;
    }

    public void SetDefault(int position, object value) => _values[position] ??= value;

    private int Position(string key)
    {
        var position = Section.IndexOf(key);
        return position >= 0 ? position : throw new ArgumentOutOfRangeException(nameof(key), key, $"No key of a {Section.Name}.");
    }
}

/// <summary>An entry of a mapping from names.</summary>
/// <param name="at">Where the name stands.</param>
/// <param name="node">What stands for the value.</param>
/// <param name="value">A <see cref="Values"/> or a text; null when there is none or it could not be read.</param>
internal sealed class NamedValue(Node at, Node node, object? value)
{
    public readonly Node At = at;
    public readonly Node Node = node;
    public readonly string Name = at.Text;
    public readonly object? Value = value;
}

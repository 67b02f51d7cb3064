namespace Slipway.Core.Manifests;

/// <summary>
/// Collects the entries of one mapping: a key counts once, and what a merge key (<c>&lt;&lt;</c>) brings yields to what is
/// written out, wherever it stands. The order is that of first mention.
/// </summary>
internal sealed class MappingBuilder(int line, int column, FaultList faults)
{
    /// <summary>Below this many keys a look through them is cheaper than a table.</summary>
    private const int FewKeys = 16;

    private readonly List<Node> _keys = [];
    private readonly List<Node> _items = [];
    private Dictionary<string, int>? _positions;
    private List<bool>? _merged;
    private bool _mergeSeen;

    /// <summary>Nodes that merge keys brought in, to be counted like those of an alias.</summary>
    public int MergedNodes { get; private set; }

    public void Add(Node key, Node value)
    {
        if (key.Kind != NodeKind.Scalar || key.IsNull)
        {
            if (key.Kind != NodeKind.Unreadable)
                faults.Error(FaultCode.KeyNotText, key, "A key must be plain text.", "Write it as: key: value");
            return;
        }
        if (key is { Plain: true, Text: "<<" })
        {
            AddMerge(key, value);
            return;
        }
        var at = IndexOf(key.Text);
        if (at < 0)
        {
            Append(key, value, merged: false);
        }
        else if (_merged is not null && _merged[at])
        {
            (_keys[at], _items[at], _merged[at]) = (key, value, false);
        }
        else
        {
            faults.Error(FaultCode.DuplicateKey, key, $"The key '{key.Text}' is given twice; the first is on line {_keys[at].Line}.", "Keep one of the two.");
        }
    }

    public Node Build() => new(line, column, _keys.ToArray(), _items.ToArray());

    private void AddMerge(Node key, Node value)
    {
        if (_mergeSeen)
        {
            faults.Error(FaultCode.DuplicateKey, key, "The merge key '<<' is given twice in one mapping.", "Give one with a list: <<: [*first, *second]");
            return;
        }
        _mergeSeen = true;
        _merged ??= MergedFlags();
        if (value.Kind == NodeKind.Sequence)
        {
            foreach (var item in value.Items)
                MergeOne(item);
        }
        else
        {
            MergeOne(value);
        }
    }

    private void MergeOne(Node source)
    {
        if (source.Kind != NodeKind.Mapping)
        {
            if (source.Kind != NodeKind.Unreadable)
                faults.Error(FaultCode.Merge, source, "A merge key takes a mapping or a list of mappings.", "Write <<: *anchor, the anchor before a mapping.");
            return;
        }
        for (var i = 0; i < source.Keys.Length; i++)
        {
            MergedNodes = (int)Math.Min(int.MaxValue, (long)MergedNodes + 1 + source.Items[i].Size);
            if (IndexOf(source.Keys[i].Text) < 0)
                Append(source.Keys[i], source.Items[i], merged: true);
        }
    }

    private void Append(Node key, Node value, bool merged)
    {
        _positions?.Add(key.Text, _keys.Count);
        _merged?.Add(merged);
        _keys.Add(key);
        _items.Add(value);
    }

    private List<bool> MergedFlags()
    {
        var flags = new List<bool>();
        foreach (var _ in _keys)
            flags.Add(false);
        return flags;
    }

    private int IndexOf(string key)
    {
        if (_positions is null)
        {
            if (_keys.Count < FewKeys)
            {
                for (var i = 0; i < _keys.Count; i++)
                {
                    if (_keys[i].Text == key)
                        return i;
                }
                return -1;
            }
            _positions = [];
            for (var i = 0; i < _keys.Count; i++)
                _positions.Add(_keys[i].Text, i);
        }
        return _positions.TryGetValue(key, out var at) ? at : -1;
    }
}

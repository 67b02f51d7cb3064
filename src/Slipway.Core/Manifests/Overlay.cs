namespace Slipway.Core.Manifests;

/// <summary>
/// Lays an environment over the manifest: mappings merge key by key, anything else replaces, and nothing (<c>~</c>) takes
/// away. A short form below a mapping counts as its long form: <c>health: /health</c> keeps its path under
/// <c>health: { period: 2s }</c>.
/// </summary>
internal static class Overlay
{
    /// <summary>Below this many keys a look through them is cheaper than a table.</summary>
    private const int FewKeys = 16;

    /// <summary>The root as the environment sees it, without its environments.</summary>
    public static Node Apply(Node root, Node? environment)
    {
        var plain = Without(root, "environments");
        if (environment is not { Kind: NodeKind.Mapping })
            return plain;
        return Merge(plain, Without(environment, "settings"), ManifestShape.Environment);
    }

    private static Node Without(Node mapping, string key)
    {
        var at = mapping.IndexOf(key);
        if (at < 0)
            return mapping;
        var (keys, items) = (new Node[mapping.Keys.Length - 1], new Node[mapping.Keys.Length - 1]);
        for (var (i, to) = (0, 0); i < mapping.Keys.Length; i++)
        {
            if (i != at)
                (keys[to], items[to++]) = (mapping.Keys[i], mapping.Items[i]);
        }
        return new(mapping.Line, mapping.Column, keys, items);
    }

    /// <param name="lower">What is overlaid, a mapping.</param>
    /// <param name="upper">What is laid over it, a mapping.</param>
    /// <param name="section">The section of both; for a mapping from names, that of each value, its keys unknown.</param>
    /// <param name="named">Whether it is a mapping from names.</param>
    private static Node Merge(Node lower, Node upper, Section? section, bool named = false)
    {
        var positions = lower.Keys.Length > FewKeys && upper.Keys.Length > 1 ? Positions(lower) : null;
        var (keys, items) = (new List<Node>(lower.Keys), new List<Node?>(lower.Items));
        for (var i = 0; i < upper.Keys.Length; i++)
        {
            var (name, over) = (upper.Keys[i], upper.Items[i]);
            var known = named || section is null ? -1 : section.IndexOf(name.Text);
            // What an environment may not have is reported where the environment is read.
            if (section == ManifestShape.Environment && !named && known < 0)
                continue;
            var at = positions is null ? lower.IndexOf(name.Text) : positions.GetValueOrDefault(name.Text, -1);
            if (at < 0)
            {
                // Nothing as well: what takes away something that is not there was probably misspelt.
                keys.Add(name);
                items.Add(over);
                continue;
            }
            var key = known < 0 ? null : section!.Keys[known];
            var below = named ? section : key?.Section;
            items[at] = over.IsNull ? null : MergeValue(lower.Items[at], over, below, key?.Names is not null);
        }
        return Compact(lower, keys, items);
    }

    private static Node MergeValue(Node lower, Node upper, Section? section, bool named)
    {
        if (upper.Kind != NodeKind.Mapping)
            return upper;
        if (!named && lower is { Kind: NodeKind.Scalar, IsNull: false } && section?.ShortKey is { } name)
            lower = new(lower.Line, lower.Column, [new(lower.Line, lower.Column, name, plain: true)], [lower]);
        return lower.Kind == NodeKind.Mapping ? Merge(lower, upper, section, named) : upper;
    }

    private static Node Compact(Node lower, List<Node> keys, List<Node?> items)
    {
        var kept = new List<Node>(items.Count);
        var keptKeys = new List<Node>(items.Count);
        for (var i = 0; i < items.Count; i++)
        {
            if (items[i] is { } item)
            {
                kept.Add(item);
                keptKeys.Add(keys[i]);
            }
        }
        return new(lower.Line, lower.Column, keptKeys.ToArray(), kept.ToArray());
    }

    private static Dictionary<string, int> Positions(Node mapping)
    {
        var positions = new Dictionary<string, int>(mapping.Keys.Length);
        for (var i = 0; i < mapping.Keys.Length; i++)
            positions.Add(mapping.Keys[i].Text, i);
        return positions;
    }
}

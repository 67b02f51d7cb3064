using System.Text;

namespace Slipway.Core.Manifests;

/// <summary>Reads the text of <c>slipway.yaml</c>.</summary>
public static class ManifestReader
{
    /// <summary>The largest file that is read, in bytes; what is larger is refused before anything looks into it.</summary>
    public const int TextBytesMax = 1024 * 1024;

    /// <summary>The most environments that are read.</summary>
    public const int EnvironmentsMax = 64;

    /// <summary>The environment that every manifest has, declared or not.</summary>
    public static EnvironmentName Local => EnvironmentName.TryParse("local", out var local) ? local : default;

    /// <summary>
    /// The manifest in <paramref name="utf8"/>, as <see cref="Read(string, string, ICollection{Diagnostic})"/>; bytes
    /// that are not UTF-8 are a fault with its place.
    /// </summary>
    public static Manifest? Read(string file, ReadOnlySpan<byte> utf8, ICollection<Diagnostic> faults)
    {
        var list = new FaultList(file, faults);
        if (utf8.Length > TextBytesMax)
        {
            SourceText.ReportTooLarge(list);
            return null;
        }
        if (utf8.Length >= 2 && (utf8[0], utf8[1]) is (0xFF, 0xFE) or (0xFE, 0xFF))
        {
            SourceText.ReportNotUtf8(1, 1, list);
            return null;
        }
        // Bytes that are not UTF-8 become U+FFFD, which SourceText reports at its place.
        return Read(file, Encoding.UTF8.GetString(utf8), faults);
    }

    /// <summary>
    /// The manifest in <paramref name="text"/>, or null when it cannot be used; then <paramref name="faults"/> has at least
    /// one error, and all those that can be found without the variables. <paramref name="file"/> is only named in them.
    /// What depends on an environment is for <see cref="Manifest.Check"/> and <see cref="Manifest.Resolve"/> to find.
    /// </summary>
    public static Manifest? Read(string file, string text, ICollection<Diagnostic> faults)
    {
        var list = new FaultList(file, faults);
        if (text.StartsWith('\uFEFF'))
            text = text[1..];
        if (!SourceText.Check(text, list) || (PlainYamlReader.TryRead(text) ?? YamlReader.Read(text, list)) is not { } root)
            return null;
        if (root.Kind != NodeKind.Mapping)
        {
            if (root.IsNull)
                list.Error(FaultCode.Empty, root, "The file is empty.", "Begin it with the application's name, such as: app: shop");
            else if (root.Kind != NodeKind.Unreadable)
                list.Error(FaultCode.WrongType, root, $"A manifest is a mapping, not {ScalarValue.Describe(root)}.", "Begin it with the application's name, such as: app: shop");
            return null;
        }
        var name = ReadName(root, list);
        var environments = ReadEnvironments(root, list, out var overlays);
        var manifest = new Manifest(file, root, name, environments, overlays);
        if (list.Errors == 0)
            return manifest;
        // It will never get to its environments, but whoever mends it should see everything at once.
        var before = faults.ToHashSet();
        foreach (var fault in manifest.CheckAll(null))
        {
            if (before.Add(fault))
                faults.Add(fault);
        }
        return null;
    }

    private static ApplicationName ReadName(Node root, FaultList faults)
    {
        var node = root.Find("app");
        if (node is null || node.IsNull)
        {
            faults.Error(FaultCode.Missing, root, "A manifest needs the key 'app'.", "Add it, such as: app: shop");
            return default;
        }
        if (ApplicationName.TryParse(node.Kind == NodeKind.Scalar ? node.Text : null, out var name) || node.Kind == NodeKind.Unreadable)
            return name;
        var found = node.Kind == NodeKind.Scalar ? $"'{node.Text}'" : ScalarValue.Describe(node);
        faults.Error(FaultCode.BadName, node, $"'app' takes {ApplicationName.Shape}, not {found}.", "Write for example: app: shop");
        return default;
    }

    private static List<string> ReadEnvironments(Node root, FaultList faults, out List<Node?> overlays)
    {
        var names = new List<string>();
        overlays = [];
        var node = root.Find("environments");
        if (node is { Kind: NodeKind.Mapping })
        {
            for (var i = 0; i < node.Keys.Length; i++)
            {
                var (key, item) = (node.Keys[i], node.Items[i]);
                if (i >= EnvironmentsMax)
                {
                    faults.Error(FaultCode.OutOfRange, key, $"There are more than {EnvironmentsMax} environments.", "Split the application, or remove environments that nobody uses.");
                    break;
                }
                if (!EnvironmentName.TryParse(key.Text, out _))
                {
                    faults.Error(FaultCode.BadName, key, $"'{key.Text}' is no name here: it must be {EnvironmentName.Shape}.", "Rename it.");
                    continue;
                }
                if (item.Kind is NodeKind.Scalar or NodeKind.Sequence && !item.IsNull)
                    faults.Error(FaultCode.WrongType, item, $"'{key.Text}' takes a mapping with the keys of an environment, not {ScalarValue.Describe(item)}.", $"Write for example: {key.Text}: {{ target: process }}");
                names.Add(key.Text);
                overlays.Add(item.Kind == NodeKind.Mapping ? item : null);
            }
        }
        else if (node is { Kind: NodeKind.Scalar or NodeKind.Sequence, IsNull: false })
        {
            faults.Error(FaultCode.WrongType, node, $"'environments' takes a mapping from names, not {ScalarValue.Describe(node)}.", "Write for example: environments: { production: { guard: 1h } }");
        }
        if (!names.Contains("local"))
        {
            names.Insert(0, "local");
            overlays.Insert(0, null);
        }
        return names;
    }
}

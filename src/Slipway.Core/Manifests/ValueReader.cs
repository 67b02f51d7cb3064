using System.Runtime.InteropServices;

namespace Slipway.Core.Manifests;

/// <summary>
/// Reads nodes by the <see cref="ManifestShape"/> into typed values and takes down every fault on the way. The same node
/// read again under the same section gives the same values, so that environments share what they do not overlay.
/// </summary>
/// <param name="variables">For <c>${NAME}</c>; null leaves out every value that holds one, to check what does not.</param>
/// <param name="faults">Takes the faults.</param>
internal sealed class ValueReader(IReadOnlyDictionary<string, string>? variables, FaultList faults)
{
    private static readonly Dictionary<string, string> NoVariables = [];
    private readonly Dictionary<Node, Values> _seen = [];

    /// <summary>The section with nothing given.</summary>
    public static Values Defaults(Section section, Node at)
    {
        var values = new Values(section, at);
        FillDefaults(section, values);
        return values;
    }

    /// <summary>A mapping, or the plain value that is short for it; null when it is neither.</summary>
    public Values? ReadSection(Node node, Section section, string path)
    {
        if (_seen.TryGetValue(node, out var seen) && seen.Section == section)
            return seen;
        var values = new Values(section, node);
        if (node.Kind == NodeKind.Mapping)
        {
            ReadKeys(node, section, values);
        }
        else if (section.ShortKey is { } name && node is { Kind: NodeKind.Scalar, IsNull: false })
        {
            var position = section.IndexOf(name);
            var key = section.Keys[position];
            values.Set(position, node, node, key.Many ? ReadList(node, key) : ReadValue(node, key, path));
        }
        else if (!node.IsNull)
        {
            WrongType(node, section.ShortKey is null ? $"a mapping with the keys of {section.Called}" : $"{section.Called}, short or as a mapping", path, $"{section.Keys[0].Name}: {section.Keys[0].Example}", block: true);
            return null;
        }
        foreach (var needed in section.Keys)
        {
            if (needed.Required && !values.Has(needed.Name))
                faults.Error(FaultCode.Missing, node, $"{section.Called[..1].ToUpperInvariant()}{section.Called[1..]} needs the key '{needed.Name}'.", $"Add it, such as: {needed.Name}: {needed.Example}");
        }
        FillDefaults(section, values);
        _seen[node] = values;
        return values;
    }

    private static void FillDefaults(Section section, Values values)
    {
        for (var i = 0; i < section.Keys.Length; i++)
        {
            var key = section.Keys[i];
            if (key.Default is null)
                continue;
            key.DefaultValue ??= ScalarValue.Read(key, key.Default, out _);
            values.SetDefault(i, key.DefaultValue!);
        }
    }

    private void ReadKeys(Node node, Section section, Values values)
    {
        for (var i = 0; i < node.Keys.Length; i++)
        {
            var (name, item) = (node.Keys[i], node.Items[i]);
            var position = section.IndexOf(name.Text);
            if (position < 0)
            {
                ReportUnknown(name, section);
                continue;
            }
            if (item.IsNull)
                continue;
            var key = section.Keys[position];
            object? value = key.Names is { } names ? ReadMap(item, key, names)
                : key.Many ? ReadList(item, key)
                : ReadValue(item, key, key.Name);
            values.Set(position, name, item, value);
        }
    }

    /// <summary>The values of an environment that are not laid over the root: its settings; its other keys need only be known.</summary>
    public NamedValue[] ReadEnvironment(Node overlay)
    {
        var section = ManifestShape.Environment;
        var settings = section.IndexOf("settings");
        NamedValue[]? values = null;
        for (var i = 0; i < overlay.Keys.Length; i++)
        {
            var position = section.IndexOf(overlay.Keys[i].Text);
            if (position < 0)
                ReportUnknown(overlay.Keys[i], section);
            else if (position == settings && !overlay.Items[i].IsNull)
                values = ReadMap(overlay.Items[i], section.Keys[position], ValueKind.SettingName);
        }
        return values ?? [];
    }

    private NamedValue[]? ReadMap(Node node, Key key, ValueKind names)
    {
        if (node.Kind != NodeKind.Mapping)
        {
            WrongType(node, "a mapping from names", key.Name, key.Example, block: false);
            return null;
        }
        var entries = new List<NamedValue>(node.Keys.Length);
        for (var i = 0; i < node.Keys.Length; i++)
        {
            var (name, item) = (node.Keys[i], node.Items[i]);
            if (!ScalarValue.IsName(names, name.Text))
            {
                faults.Error(FaultCode.BadName, name, $"'{name.Text}' is no name here: it must be {ScalarValue.NameShape(names)}.", "Rename it.");
                continue;
            }
            object? value = key.Kind == ValueKind.Section ? ReadSection(item, key.Section!, name.Text)
                : item.IsNull ? null : ReadValue(item, key, name.Text);
            entries.Add(new(name, item, value));
        }
        return entries.ToArray();
    }

    private object[]? ReadList(Node node, Key key)
    {
        if (node.Kind != NodeKind.Sequence)
            return ReadValue(node, key, key.Name) is { } one ? [one] : null;
        var items = new List<object>(node.Items.Length);
        foreach (var item in node.Items)
        {
            if (item.IsNull)
                WrongType(item, key.Section is null ? ScalarValue.Shape(key) : key.Section.Called, key.Name, key);
            else if (ReadValue(item, key, key.Name) is { } value)
                items.Add(value);
        }
        return items.ToArray();
    }

    private object? ReadValue(Node node, Key key, string path)
    {
        if (key.Kind == ValueKind.Section)
            return ReadSection(node, key.Section!, path);
        if (key.Kind == ValueKind.Command)
            return ReadCommand(node, path);
        if (node.Kind != NodeKind.Scalar)
        {
            WrongType(node, ScalarValue.Shape(key), path, key);
            return null;
        }
        var (text, plain) = (node.Text, node.Plain);
        // What a template holds is filled in later, as that of a command; here it need only be readable.
        if (Interpolation.Applies(text) && (key.Kind != ValueKind.Template || SmokeText.Names(text) is null))
        {
            if (Interpolate(node) is not { } expanded)
                return null;
            (text, plain) = (expanded, true);
        }
        if (!plain && ScalarValue.IsPlainOnly(key.Kind))
        {
            WrongType(node, ScalarValue.Shape(key) + " without quotes", path, key);
            return null;
        }
        var value = ScalarValue.Read(key, text, out var code);
        if (value is not null)
            return value;
        if (code == FaultCode.UnknownChoice)
        {
            var near = Nearest.To(text, key.Choices!);
            faults.Error(code, node, $"'{text}' is none of the values of '{path}': {string.Join(", ", key.Choices!)}.", near is null ? "Choose one of them." : $"Did you mean '{near}'?");
        }
        else if (code == FaultCode.WrongType)
        {
            WrongType(node, ScalarValue.Shape(key), path, key);
        }
        else
        {
            faults.Error(code, node, $"'{path}' takes {ScalarValue.Shape(key)}, not '{text}'.", $"Write for example: {path}: {key.Example}");
        }
        return null;
    }

    private CommandLine? ReadCommand(Node node, string path)
    {
        CommandFault? fault;
        if (node is { Kind: NodeKind.Scalar })
        {
            if (CommandLine.TryParse(node.Text, out var command, out fault))
                return command;
        }
        else
        {
            var words = new string[node.Items.Length];
            for (var i = 0; i < words.Length; i++)
                words[i] = node.Items[i].Text;
            if (node.Kind == NodeKind.Mapping || words.Length == 0 || !AreScalars(node.Items))
            {
                WrongType(node, "a command, as one text or as a list of words", path, "dotnet run", block: false);
                return null;
            }
            var list = ImmutableCollectionsMarshal.AsImmutableArray(words);
            fault = CommandWords.CheckVariables(list);
            if (fault is null)
                return new(list);
        }
        faults.Error(fault.Code, node, fault.Message, fault.Remedy);
        return null;
    }

    private static bool AreScalars(Node[] nodes)
    {
        foreach (var node in nodes)
        {
            if (node.Kind != NodeKind.Scalar)
                return false;
        }
        return true;
    }

    private string? Interpolate(Node node)
    {
        var missing = new List<string>();
        if (!Interpolation.TryExpand(node.Text, variables ?? NoVariables, missing, out var expanded, out var badAt))
        {
            faults.Error(FaultCode.BadInterpolation, node, $"The ${{ at character {badAt + 1} of '{node.Text}' cannot be read.", "Write ${NAME} or ${NAME:-default}, and $${ for the characters themselves.");
            return null;
        }
        if (variables is null)
            return null;
        foreach (var name in missing)
            faults.Error(FaultCode.UndefinedVariable, node, $"The variable {name} has no value.", $"Set it, or give a default: ${{{name}:-value}}");
        return missing.Count == 0 ? expanded : null;
    }

    private void ReportUnknown(Node name, Section section)
    {
        var known = new List<string>();
        foreach (var key in section.Keys)
            known.Add(key.Name);
        var near = Nearest.To(name.Text, known);
        faults.Error(FaultCode.UnknownKey, name, $"'{name.Text}' is no key of {section.Called}.", near is null ? $"Known are: {string.Join(", ", known)}." : $"Did you mean '{near}'?");
    }

    private void WrongType(Node node, string shape, string path, Key key)
        => WrongType(node, shape, path, key.Example, block: false);

    private void WrongType(Node node, string shape, string path, string example, bool block)
    {
        if (node.Kind != NodeKind.Unreadable)
            faults.Error(FaultCode.WrongType, node, $"'{path}' takes {shape}, not {ScalarValue.Describe(node)}.", $"Write for example: {path}: {(block ? "{ " + example + " }" : example)}");
    }
}

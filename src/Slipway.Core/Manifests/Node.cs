namespace Slipway.Core.Manifests;

/// <summary>What a node of the manifest's text is.</summary>
internal enum NodeKind
{
    Scalar,
    Sequence,
    Mapping,

    /// <summary>Its fault has been reported; what it would be is not known.</summary>
    Unreadable,
}

/// <summary>
/// A value in the manifest's text with its place. One sealed class with fields rather than a family: reading a manifest
/// is on the command line's start-up path, where every method and type costs time to compile.
/// </summary>
internal sealed class Node
{
    private static readonly Node[] None = [];

    public readonly NodeKind Kind;

    /// <summary>Where it starts; both count from 1.</summary>
    public readonly int Line, Column;

    /// <summary>A scalar's text; empty for others.</summary>
    public readonly string Text;

    /// <summary>Whether a scalar stands without quotes, so that <c>5</c> is a number and <c>~</c> is nothing.</summary>
    public readonly bool Plain;

    /// <summary>A mapping's keys, all scalars, each once; same order as <see cref="Items"/>.</summary>
    public readonly Node[] Keys;

    /// <summary>A sequence's items or a mapping's values.</summary>
    public readonly Node[] Items;

    /// <summary>Levels of nesting below, aliases followed.</summary>
    public readonly int Height;

    /// <summary>Number of nodes, this one included, aliases followed.</summary>
    public readonly int Size;

    public Node(int line, int column, string text, bool plain)
    {
        (Kind, Line, Column, Text, Plain, Keys, Items, Size) = (NodeKind.Scalar, line, column, text, plain, None, None, 1);
    }

    public Node(int line, int column, Node[]? keys, Node[] items)
    {
        Kind = keys is null ? NodeKind.Sequence : NodeKind.Mapping;
        Line = line;
        Column = column;
        Text = "";
        Keys = keys ?? None;
        Items = items;
        Size = 1;
        foreach (var item in items)
        {
            // Saturates: aliases of aliases double it with every line.
            Size = (int)Math.Min(int.MaxValue, (long)Size + item.Size);
            Height = Math.Max(Height, item.Height + 1);
        }
    }

    private Node(int line, int column)
    {
        (Kind, Line, Column, Text, Keys, Items, Size) = (NodeKind.Unreadable, line, column, "", None, None, 1);
    }

    /// <summary>Stands for a value that could not be read, so that what is around it can.</summary>
    public static Node Unreadable(int line, int column) => new(line, column);

    /// <summary>Whether it is YAML's nothing: an empty plain scalar, <c>~</c> or <c>null</c>.</summary>
    public bool IsNull => Plain && (Text.Length == 0 || Text is "~" or "null" or "Null" or "NULL");

    /// <summary>The value of a key, or null. Linear: for keys known to the reader, not for those of users.</summary>
    public Node? Find(string key)
    {
        var at = IndexOf(key);
        return at < 0 ? null : Items[at];
    }

    /// <summary>The position of a key, or -1.</summary>
    public int IndexOf(string key)
    {
        for (var i = 0; i < Keys.Length; i++)
        {
            if (Keys[i].Text == key)
                return i;
        }
        return -1;
    }
}

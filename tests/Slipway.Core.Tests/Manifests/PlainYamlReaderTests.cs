using System.Text;
using Slipway.Core.Manifests;

namespace Slipway.Core.Tests.Manifests;

/// <summary>The plain reader may give up whenever it likes, but never read anything else than the full parser does.</summary>
public sealed class PlainYamlReaderTests
{
    private static readonly string[] Pieces =
    [
        "a", "b:", "c: ", "d: 1", "- ", "-", "  ", " ", "\n", "\n  ", "\n    ", "\n- ", "\n  - ", "[", "]", "{", "}", ", ",
        ",", ": ", ":", "#", " # remark", "'", "''", "\"", "\\", "~", "null", "<<: ", "<<", "&x ", "*x", "!", "!!str ", "|",
        ">", "|\n", "%", "@", "`", "?", "? ", "---\n", "...\n", "\t", "\r\n", "\r", "é", "\u0085", "\u2028", "http://x", "${X}",
        "e: [f, g]", "h: { i: j }", "key:\n", "1.5", "true", "-1", ".5", "a b", "x'y", "x\"y", "\n\n", "\n#x\n", "a#b", "/p",
    ];

    [Theory]
    [InlineData("app: shop\n")]
    [InlineData("a: 1\nb:\n  c: two words # remark\n  d: 'it''s'\n\n# remark\n  e: \"x\"\nf:\n- 1\n- 2\ng:\n  - h: 1\n    i: 2\n  - - 3\n    - 4\n")]
    [InlineData("a: [1, two, 'three', { b: c }, []]\nd: {}\ne: { f: [g], h: http://x/y }\r\ni:\r\n")]
    [InlineData("a:\n  b:\nc: ~\nd:")]
    [InlineData("a: x\n\n\n   # deep remark\nb: y#z")]
    public void What_manifests_are_mostly_written_in_is_read(string text)
    {
        var plain = PlainYamlReader.TryRead(text);
        Assert.NotNull(plain);
        Assert.Equal(Full(text), Show(plain));
    }

    [Theory]
    [InlineData("a: &x 1\nb: *x\n")]
    [InlineData("<<: { a: 1 }\n")]
    [InlineData("a: |\n  text\n")]
    [InlineData("a: one\n  two\n")]
    [InlineData("a: [1,\n  2]\n")]
    [InlineData("a: !!str 1\n")]
    [InlineData("a: 1\na: 2\n")]
    [InlineData("---\na: 1\n")]
    [InlineData("a: \"\\n\"\n")]
    [InlineData("a:\t1\n")]
    [InlineData("a: 1\r")]
    [InlineData("[a]")]
    [InlineData("")]
    public void Anything_else_is_left_to_the_full_parser(string text)
        => Assert.Null(PlainYamlReader.TryRead(text));

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void What_it_reads_is_what_the_full_parser_reads(int seed)
    {
        var random = new Random(seed);
        var read = 0;
        for (var run = 0; run < 20_000; run++)
        {
            var text = new StringBuilder(random.Next(2) == 0 ? "a: 1\n" : "");
            for (var i = random.Next(1, 9); i > 0; i--)
                text.Append(Pieces[random.Next(Pieces.Length)]);
            if (PlainYamlReader.TryRead(text.ToString()) is not { } plain)
                continue;
            read++;
            Assert.Equal((text.ToString(), Full(text.ToString())), (text.ToString(), Show(plain)));
        }
        Assert.True(read > 500, $"Only {read} texts were read; the seed is {seed}.");
    }

    [Fact]
    public void A_manifest_with_any_character_changed_is_read_the_same_by_both()
    {
        const string Text = "app: shop\nservices:\n  api: { run: './a b', port: 5000 } # x\n  b:\n    needs:\n    - api\n    - \"c\"\n    route: [/a, { path: /b }]\n";
        foreach (var replacement in " \n-:#'\"[]{},&*!|>%@?x\\")
        {
            for (var i = 0; i < Text.Length; i++)
            {
                foreach (var text in (string[])[Text[..i] + replacement + Text[(i + 1)..], Text[..i] + replacement + Text[i..], Text.Remove(i, 1), Text[..i]])
                {
                    if (PlainYamlReader.TryRead(text) is { } plain)
                        Assert.Equal((text, Full(text)), (text, Show(plain)));
                }
            }
        }
    }

    private static string Full(string text)
    {
        var faults = new List<Diagnostic>();
        var node = YamlReader.Read(text, new("f", faults));
        return faults.Count > 0 ? string.Join('\n', faults) : Show(node);
    }

    private static string Show(Node? node)
    {
        if (node is null)
            return "nothing";
        var at = $"{node.Line}:{node.Column} ";
        return node.Kind switch
        {
            NodeKind.Scalar => $"{at}{(node.Plain ? node.Text : $"'{node.Text}'")}",
            NodeKind.Sequence => $"{at}[{string.Join(", ", node.Items.Select(Show))}]",
            _ => $"{at}{{{string.Join(", ", node.Keys.Zip(node.Items, (key, item) => $"{Show(key)} = {Show(item)}"))}}}",
        };
    }
}

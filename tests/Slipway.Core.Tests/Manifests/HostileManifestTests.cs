using System.Diagnostics;
using System.Text;
using Slipway.Core.Manifests;

namespace Slipway.Core.Tests.Manifests;

/// <summary>Whatever is in the file, reading ends soon, with a fault that has a place, and never with an exception.</summary>
public sealed class HostileManifestTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(60);

    [Theory]
    [InlineData(11)]
    [InlineData(12)]
    public void Random_text_is_never_a_crash(int seed)
    {
        string[] pieces =
        [
            "app: shop\n", "services:\n", "  api:\n", "    run: x\n", "    ", "  ", "\n", "- ", "[", "]", "{", "}", ",", ": ", ":",
            "<<: ", "*a", "&a ", "!!int ", "!x ", "|", ">", "'", "\"", "\\", "\t", "%YAML 1.2\n", "---\n", "...\n", "? ", "#", "~", "null",
            "${X}", "${", "$${", "3..10", "5%", "30s", "route", "port: ", "needs: ", "\u0085", "\uFEFF", "\uD83D\uDE00", "é", "\r",
            "environments:\n", "  local:\n", "settings:\n", "  A_B: { type: enum }\n", "rollout: ", "steps: [10, 5]", "@", "`",
        ];
        var random = new Random(seed);
        for (var run = 0; run < 10_000; run++)
        {
            var text = new StringBuilder();
            for (var i = random.Next(1, 25); i > 0; i--)
                text.Append(pieces[random.Next(pieces.Length)]);
            AssertFaultsHavePlaces(text.ToString());
        }
    }

    [Theory]
    [InlineData(21)]
    public void Random_bytes_are_never_a_crash(int seed)
    {
        var random = new Random(seed);
        for (var run = 0; run < 3_000; run++)
        {
            var bytes = new byte[random.Next(200)];
            random.NextBytes(bytes);
            var faults = new List<Diagnostic>();
            if (ManifestReader.Read("f", bytes, faults) is null)
                Assert.NotEmpty(faults);
        }
    }

    [Fact]
    public void A_good_manifest_with_characters_changed_is_never_a_crash()
    {
        var random = new Random(31);
        for (var run = 0; run < 5_000; run++)
        {
            var text = new StringBuilder(ResolveTests.Shop);
            for (var i = random.Next(1, 4); i > 0; i--)
                text[random.Next(text.Length)] = " \n:-[]{}'\"#&*!|>%@,0aZ$"[random.Next(23)];
            AssertFaultsHavePlaces(text.ToString());
        }
    }

    [Fact]
    public void Ten_megabytes_are_refused_before_anything_looks_into_them()
    {
        var watch = Stopwatch.StartNew();
        AssertOnly("slipway.yaml: error SLIP002: The file is larger than 1 MiB, which no manifest needs. Check that it is the right file.", new('a', 10_000_000));
        var faults = new List<Diagnostic>();
        Assert.Null(ManifestReader.Read("slipway.yaml", new byte[10_000_000], faults));
        Assert.Equal(FaultCode.TooLarge, Assert.Single(faults).Code);
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(10), watch.Elapsed.ToString());
    }

    [Fact]
    public void An_alias_bomb_is_refused()
    {
        var text = new StringBuilder("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for (var i = 1; i < 40; i++)
            text.Append($"a{i}: &a{i} [{string.Join(", ", Enumerable.Repeat($"*a{i - 1}", 10))}]\n");
        Refused(FaultCode.TooManyNodes, text.ToString());
    }

    [Fact]
    public void A_merge_bomb_is_refused()
    {
        var text = new StringBuilder("a: &a { " + string.Join(", ", Enumerable.Range(0, 500).Select(i => $"k{i}: 1")) + " }\n");
        for (var i = 0; i < 500; i++)
            text.Append($"b{i}: {{ <<: *a }}\n");
        Refused(FaultCode.TooManyNodes, text.ToString());
    }

    [Fact]
    public void Aliases_that_nest_deeper_with_every_line_are_refused()
    {
        var text = new StringBuilder("a0: &a0 [x]\n");
        for (var i = 1; i < 2_000; i++)
            text.Append($"a{i}: &a{i} [*a{i - 1}]\n");
        Refused(FaultCode.TooDeep, text.ToString());
    }

    [Theory]
    [InlineData("[")]
    [InlineData("{")]
    [InlineData("- ")]
    [InlineData("? ")]
    [InlineData("[{a: ")]
    [InlineData("a: ")]
    [InlineData("&a ")]
    [InlineData("!a ")]
    [InlineData("*a ")]
    [InlineData("\"")]
    [InlineData("'")]
    [InlineData("%a ")]
    [InlineData("#")]
    [InlineData("a\n")]
    [InlineData("a: b\n")]
    [InlineData(", ")]
    [InlineData(":")]
    [InlineData("|\n")]
    [InlineData("--- \n")]
    [InlineData("\n ")]
    [InlineData("a: 'x' ")]
    [InlineData("[a, ")]
    [InlineData("x: { ")]
    [InlineData("${A}")]
    public void A_megabyte_of_anything_is_refused_soon(string piece)
    {
        var watch = Stopwatch.StartNew();
        var faults = ManifestText.Diagnostics("app: shop\nx: " + string.Concat(Enumerable.Repeat(piece, 1_000_000 / piece.Length)));
        Assert.NotEmpty(faults);
        faults = ManifestText.Diagnostics(string.Concat(Enumerable.Repeat(piece, 1_000_000 / piece.Length)));
        Assert.NotEmpty(faults);
        Assert.True(watch.Elapsed < Soon, watch.Elapsed.ToString());
    }

    [Fact]
    public void A_chain_of_thousands_of_needs_is_followed_without_recursion()
    {
        var text = new StringBuilder("app: shop\nservices:\n  s0: { run: x, needs: s9999 }\n");
        for (var i = 1; i < 10_000; i++)
            text.Append($"  s{i}: {{ run: x, needs: s{i - 1} }}\n");
        var watch = Stopwatch.StartNew();
        var fault = Assert.Single(ManifestText.Diagnostics(text.ToString()));
        Assert.Equal(FaultCode.CyclicNeeds, fault.Code);
        Assert.True(fault.Message.Length < 300, fault.Message);
        Assert.True(watch.Elapsed < Soon, watch.Elapsed.ToString());
    }

    [Fact]
    public void Thousands_of_unknown_names_are_refused_soon()
    {
        var text = new StringBuilder("app: shop\nservices:\n");
        for (var i = 0; i < 3_000; i++)
            text.Append($"  service-number-{i}: {{ run: x, needs: servise-number-{i} }}\n");
        var watch = Stopwatch.StartNew();
        Assert.Equal(3_000, ManifestText.Diagnostics(text.ToString()).Count);
        Assert.True(watch.Elapsed < Soon, watch.Elapsed.ToString());
    }

    [Fact]
    public void More_environments_than_anyone_has_are_refused()
        => Refused(FaultCode.OutOfRange, ManifestText.WithService("stop: 1s") + "environments:\n" + string.Concat(Enumerable.Range(0, 100).Select(i => $"  e{i}: {{}}\n")));

    private static void Refused(string code, string text)
    {
        var watch = Stopwatch.StartNew();
        Assert.Contains(ManifestText.Diagnostics(text), fault => fault.Code == code && fault.At.Line > 0);
        Assert.True(watch.Elapsed < Soon, watch.Elapsed.ToString());
    }

    private static void AssertOnly(string expected, string text)
        => Assert.Equal(expected, Assert.Single(ManifestText.Diagnostics(text)).ToString());

    private static void AssertFaultsHavePlaces(string text)
    {
        var faults = new List<Diagnostic>();
        var manifest = ManifestReader.Read("f", text, faults);
        if (manifest is null)
            Assert.Contains(faults, fault => fault.Severity == Severity.Error);
        else
            faults.AddRange(manifest.Check(ManifestText.NoVariables));
        foreach (var fault in faults)
        {
            Assert.True(fault.At.Line > 0 || fault.Code is FaultCode.Empty or FaultCode.TooLarge, $"{fault} in {text}");
            Assert.True(fault.At.Line <= text.Split('\n', '\r', '\u0085', '\u2028', '\u2029').Length + 1, $"{fault} in {text}");
        }
    }
}

using Slipway.Core.Manifests;
using Slipway.Core.Settings;

namespace Slipway.Core.Tests.Settings;

public sealed class DotEnvFileTests
{
    [Theory]
    [InlineData("A=1", "1")]
    [InlineData("\uFEFFA=1", "1")]
    [InlineData("export A=1", "1")]
    [InlineData("  export\t A = 1  ", "1")]
    [InlineData("A=", "")]
    [InlineData("A=one two # a remark", "one two")]
    [InlineData("A=#no remark\n", "")]
    [InlineData("A=one#two", "one#two")]
    [InlineData("A=one=two", "one=two")]
    [InlineData("A='one # \"two\" \\n $x' # remark", "one # \"two\" \\n $x")]
    [InlineData("A=\"one\\ttwo\\n\\\"three\\\" \\$x \\\\ \\q\"", "one\ttwo\n\"three\" $x \\ \\q")]
    [InlineData("A=\"one\r\ntwo\"\r\n", "one\ntwo")]
    [InlineData("A='one\ntwo'", "one\ntwo")]
    [InlineData("A=it's", "it's")]
    [InlineData("A=old\rA=1", "1")]
    public void A_value_is_read_as_the_dialect_says(string text, string value)
    {
        var faults = new List<Diagnostic>();
        var file = DotEnvFile.Read(".env", text, faults);
        Assert.Equal(value, Assert.Single(file.Entries).Value.Value);
        Assert.DoesNotContain(faults, fault => fault.Severity == Severity.Error);
    }

    [Fact]
    public void Entries_know_their_places_after_values_of_several_lines()
    {
        var file = DotEnvFile.Read(".env", "# first\r\n\r\nA='1\r\n2'\r\n  B=3\n", []);
        Assert.Equal(new SourcePlace(".env", 3, 1), file.Entries["A"].At);
        Assert.Equal(new SourcePlace(".env", 5, 3), file.Entries["B"].At);
    }

    [Theory]
    [InlineData("A", ".env:1:1: error SLIP070: '=' is missing after the name. Write it as: NAME=value")]
    [InlineData("=1", ".env:1:1: error SLIP070: What stands before '=' is no name of a variable. Use letters, digits and underscores, no digit first.")]
    [InlineData("1A=1", ".env:1:1: error SLIP070: What stands before '=' is no name of a variable. Use letters, digits and underscores, no digit first.")]
    [InlineData("A-B=1", ".env:1:1: error SLIP070: '=' is missing after the name. Write it as: NAME=value")]
    [InlineData("A='1\n2", ".env:1:3: error SLIP070: The quote ' is not closed. Close it with another '.")]
    [InlineData("A=\"1\"2", ".env:1:6: error SLIP070: Text follows the closing quote. Put the whole value in one pair of quotes, inner ones as \\\".")]
    [InlineData("A=1\nA=2", ".env:2:1: warning SLIP070: A is set twice; the value of line 1 is not used. Keep one of the two.")]
    public void A_line_that_cannot_be_read_is_named_with_its_place(string text, string expected)
    {
        var faults = new List<Diagnostic>();
        DotEnvFile.Read(".env", text, faults);
        Assert.Contains(expected, faults.Select(fault => fault.ToString()));
    }

    [Fact]
    public void A_key_that_was_pasted_without_quotes_is_not_repeated()
    {
        var faults = new List<Diagnostic>();
        DotEnvFile.Read(".env", "KEY=-----BEGIN PRIVATE KEY-----\nMIGHAgEAMBMGByqGSM49\n2wHi5tKvPq==\n-----END PRIVATE KEY-----\n", faults);
        Assert.Equal([2, 3, 4], faults.Select(fault => fault.At.Line));
        Assert.All(faults, fault => Assert.DoesNotMatch("MIGH|2wHi", fault.ToString()));
    }

    [Fact]
    public void A_bad_line_does_not_take_the_next_one_with_it()
    {
        var file = DotEnvFile.Read(".env", "A='open\nB=2\n!\nC=3", []);
        Assert.Equal(["B", "C"], file.Entries.Keys.Order());
    }

    [Theory]
    [InlineData("")]
    [InlineData("plain-1.2/3")]
    [InlineData("a b # c")]
    [InlineData("line\none\r\ntwo\ttab")]
    [InlineData("\"'\\$x")]
    public void A_quoted_value_is_read_back_unchanged(string value)
        => Assert.Equal(value, DotEnvFile.Read(".env", "A=" + DotEnvFile.Quote(value), []).Entries["A"].Value);
}

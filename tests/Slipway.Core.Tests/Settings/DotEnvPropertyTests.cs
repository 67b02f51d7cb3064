using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Slipway.Core.Manifests;
using Slipway.Core.Settings;

namespace Slipway.Core.Tests.Settings;

/// <summary>The dialect of <c>.env</c> files, on texts that nobody thought of.</summary>
public sealed class DotEnvPropertyTests
{
    private static readonly Config Many = Config.QuickThrowOnFailure.WithMaxTest(2000);

    private static readonly Gen<string> Names = Gen.Elements("A", "B_1", "LONG__NAME", "_x");

    /// <summary>Texts rich in what the dialect gives a meaning to.</summary>
    private static readonly Gen<string> Texts = Gen.Elements(
            "a", "7", " ", "\t", "\n", "\r\n", "\r", "'", "\"", "\\", "$", "#", "=", "export ", "A=", "é", "\u2028", "\uFEFF", "\0", "\\n", "\\\"", "${A}", "🦊", "\uD800")
        .ListOf().Select(parts => string.Concat(parts));

    [Fact]
    public void No_text_makes_reading_fail_or_lose_its_place()
        => Prop.ForAll(Texts.ToArbitrary(), text =>
        {
            var faults = new List<Diagnostic>();
            var file = DotEnvFile.Read(".env", text, faults);
            var lines = text.Split('\n', '\r').Length;
            return file.Entries.Values.All(entry => Interpolation.IsName(entry.Name) && entry.At.Line >= 1 && entry.At.Line <= lines && entry.At.Column >= 1)
                && faults.All(fault => fault.At.Line >= 1 && fault.At.Line <= lines);
        }).Check(Many);

    [Fact]
    public void What_is_quoted_is_read_back_unchanged()
        => Prop.ForAll(Texts.ToArbitrary(), value =>
            DotEnvFile.Read(".env", $"A={DotEnvFile.Quote(value)}\nB=2", []).Entries is var read && read["A"].Value == value && read["B"].Value == "2").Check(Many);

    [Fact]
    public void A_file_says_the_same_with_any_line_breaks_a_mark_in_front_and_export()
        => Prop.ForAll(Entries.ToArbitrary(), entries =>
        {
            var plain = string.Concat(entries.Select(entry => $"{entry.Name}={DotEnvFile.Quote(entry.Value)}\n"));
            var other = "\uFEFF" + string.Concat(entries.Select(entry => $"  export {entry.Name} = {DotEnvFile.Quote(entry.Value)}  # remark\r\n\r\n"));
            return Values(plain).SequenceEqual(Values(other));
        }).Check(Many);

    [Fact]
    public void Single_quotes_keep_everything_but_themselves()
        => Prop.ForAll(Texts.Where(text => !text.Contains('\'') && !text.Contains("\r\n")).ToArbitrary(), value =>
            DotEnvFile.Read(".env", $"A='{value}'", []).Entries["A"].Value == value).Check(Many);

    [Fact]
    public void A_bad_line_costs_itself_only()
        => Prop.ForAll(Entries.ToArbitrary(), entries =>
        {
            var text = new StringBuilder();
            foreach (var (name, value) in entries)
                text.Append("not a line\n").Append($"{name}={DotEnvFile.Quote(value)}\n");
            return Values(text.ToString()).SequenceEqual(Values(text.Replace("not a line\n", "").ToString()));
        }).Check(Many);

    private static Gen<List<(string Name, string Value)>> Entries
        => (from name in Names from value in Texts select (name, value)).ListOf().Select(entries => entries.ToList());

    private static IEnumerable<(string, string)> Values(string text)
        => DotEnvFile.Read(".env", text, []).Entries.Select(entry => (entry.Key, entry.Value.Value)).OrderBy(entry => entry.Key, StringComparer.Ordinal);
}

using Slipway.Core.Manifests;

namespace Slipway.Core.Tests.Manifests;

public sealed class CommandLineTests
{
    [Theory]
    [InlineData("dotnet run", "dotnet", "run")]
    [InlineData("  a\t b \n", "a", "b")]
    [InlineData("a 'b  c' \"d e\" ''", "a", "b  c", "d e", "")]
    [InlineData("a 'it'\"'\"'s'", "a", "it's")]
    [InlineData("a \"say \\\"x\\\" \\\\ \\n\"", "a", "say \"x\" \\ \\n")]
    [InlineData("a b\\ c \\\" C:\\tools\\x.exe", "a", "b c", "\"", "C:\\tools\\x.exe")]
    [InlineData("a '&&' \"|\" --x=y a>b", "a", "&&", "|", "--x=y", "a>b")]
    [InlineData("./x --port ${PORT:-80} $HOME", "./x", "--port", "${PORT:-80}", "$HOME")]
    public void A_command_is_split_as_a_shell_would_without_being_one(string text, params string[] words)
    {
        Assert.True(CommandLine.TryParse(text, out var command));
        Assert.Equal(words, command.Arguments);
    }

    [Theory]
    [InlineData("a && b", "&&")]
    [InlineData("a || b", "||")]
    [InlineData("a | b", "|")]
    [InlineData("a; b", ";")]
    [InlineData("a > f", ">")]
    [InlineData("a 2>&1", "2>&1")]
    [InlineData("a >>f", ">>f")]
    [InlineData("a < f", "<")]
    [InlineData("a &", "&")]
    [InlineData("a $(b)", "$( )")]
    [InlineData("A=b c", "A=b")]
    public void What_only_a_shell_understands_is_refused_with_the_way_to_name_one(string text, string what)
    {
        Assert.False(CommandLine.TryParse(text, out _, out var fault));
        Assert.Equal(FaultCode.ShellInCommand, fault.Code);
        Assert.Equal($"'{what}' is for a shell, and commands run without one.", fault.Message);
        Assert.Equal($"Name a shell to have one: [sh, -c, \"{text}\"]", fault.Remedy);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("  ")]
    [InlineData("a 'b")]
    [InlineData("a \"b\\")]
    [InlineData("a ${B")]
    public void What_is_no_command_is_refused(string? text) => Assert.False(CommandLine.TryParse(text, out _));

    [Fact]
    public void Variables_are_replaced_within_words_and_never_split_them()
    {
        Assert.True(CommandLine.TryParse("./x -p${PORT} ${NAME:-none} $${KEEP} ${GONE}", out var command));
        var variables = new Dictionary<string, string> { ["PORT"] = "80 81", ["NAME"] = "" };
        Assert.Equal(["./x", "-p80 81", "none", "${KEEP}", "${GONE}"], command.Expand(variables).Arguments);
        Assert.Equal(["GONE"], command.Undefined(variables));
    }

    [Fact]
    public void A_command_as_one_line_is_split_into_the_same_words()
    {
        var random = new Random(51);
        for (var run = 0; run < 2_000; run++)
        {
            var words = Enumerable.Range(0, random.Next(1, 5))
                .Select(_ => string.Concat(Enumerable.Range(0, random.Next(4)).Select(_ => " '\"\\ab&|>;=\n"[random.Next(12)])));
            var command = new CommandLine([.. words]);
            Assert.True(CommandLine.TryParse(command.ToString(), out var read), command.ToString());
            Assert.Equal(command, read);
        }
    }
}

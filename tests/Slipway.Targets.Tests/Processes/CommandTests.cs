using Slipway.Core.Manifests;
using Slipway.Targets.Artefacts;
using Slipway.Targets.Processes.Commands;
using Slipway.Targets.Processes.Instances;
using Slipway.Targets.Processes.Usages;

namespace Slipway.Targets.Tests.Processes;

public sealed class CommandTests
{
    private static readonly Dictionary<string, string> s_variables = new() { ["PORT"] = "81", ["EMPTY"] = "" };

    [Theory]
    [InlineData("--port=${PORT}", "--port=81")]
    [InlineData("${EMPTY}", "")]
    [InlineData("${EMPTY:-x}", "x")]
    [InlineData("${NONE:-a:-b}", "a:-b")]
    [InlineData("$${PORT} $PORT $", "${PORT} $PORT $")]
    [InlineData("${OUT}", "${OUT}")]
    public void Variables_of_a_command_are_filled_in(string text, string filled)
        => Assert.Equal(filled, CommandTemplate.Fill(new CommandLine([text]), s_variables, keep: "OUT")[0]);

    [Theory]
    [InlineData("${NONE}", "${NONE} has no value")]
    [InlineData("${PORT", "has a ${ without its }")]
    public void A_variable_without_a_value_is_a_clear_fault(string text, string fault)
        => Assert.Contains(fault, Assert.Throws<CommandException>(() => CommandTemplate.Fill(new CommandLine([text]), s_variables)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("src", "src/a.cs", true)]
    [InlineData("src/", "src/deep/a.cs", true)]
    [InlineData("src", "srcs/a.cs", false)]
    [InlineData("*.props", "shared.props", true)]
    [InlineData("*.props", "deep/shared.props", false)]
    [InlineData("**/*.cs", "a.cs", true)]
    [InlineData("src/**/*.cs", "src/a/b/c.cs", true)]
    [InlineData("src/**/*.cs", "src/a/b/c.md", false)]
    [InlineData("a?c", "abc", true)]
    [InlineData("a*b*c", "axxbyyc", true)]
    [InlineData("a*b*c", "axxbyy", false)]
    [InlineData(".", "anything/at/all", true)]
    public void Patterns_match_whole_segments(string pattern, string path, bool matches)
        => Assert.Equal(matches, PathPattern.Matches(pattern, path));

    [Fact]
    public void Pauses_double_up_to_half_a_minute_and_begin_anew_after_a_long_life()
    {
        var backOff = new BackOff(() => 1);

        Assert.Equal([100, 200, 400, 800], Enumerable.Range(0, 4).Select(_ => backOff.Next(TimeSpan.Zero).TotalMilliseconds));
        for (var i = 0; i < 10; i++)
            backOff.Next(TimeSpan.Zero);
        Assert.Equal(TimeSpan.FromSeconds(30), backOff.Next(TimeSpan.FromMinutes(4)));
        Assert.Equal(TimeSpan.FromMilliseconds(100), backOff.Next(TimeSpan.FromMinutes(5)));
    }

    [Theory]
    [InlineData("db_client_connection_count{state=\"used\",pool=\"a\"} 3\ndb_client_connection_max{pool=\"a\"} 4\n", 0.75)]
    [InlineData("db_client_connection_count{state=\"used\"} 3 1700000000\ndb_client_connection_max 4 1700000000\n", 0.75)]
    [InlineData("db_client_connection_count{state=\"used\"} 3\n", null)]
    [InlineData("http_requests_total 5\n", null)]
    [InlineData("", null)]
    public void The_use_of_a_pool_is_read_from_metrics(string text, double? ratio)
        => Assert.Equal(ratio, MetricsScrape.Read(text, [], DateTimeOffset.UnixEpoch).Pool);
}

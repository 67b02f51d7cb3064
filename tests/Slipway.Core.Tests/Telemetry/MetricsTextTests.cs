using System.Globalization;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Slipway.Core.Telemetry;

namespace Slipway.Core.Tests.Telemetry;

public sealed class MetricsTextTests
{
    [Fact]
    public void A_text_of_both_formats_is_read_as_it_is_meant()
    {
        const string Text = """
            # HELP http_requests_total Requests, with a "quote" and a \ stroke.
            # TYPE http_requests_total counter
            http_requests_total{method="post",code="200"} 1027 1395066363000
            http_requests_total{ method = "post" , code="400", }    3
            msdos_file_access_time_seconds{path="C:\\DIR\\FILE.TXT",error="Cannot find file:\n\"FILE.TXT\""} 1.458255915e9
            metric_without_timestamp_and_labels 12.47
            something_weird{problem="division by zero"} +Inf -3982045
            nothing{} NaN
            less -Inf

            # TYPE rpc_seconds histogram
            rpc_seconds_bucket{le="0.05"} 24054 # {trace_id="abc"} 0.04 1520879607.789
            rpc_seconds_bucket{le="+Inf"} 144320
            tabs	{a="b"}	5
            # UNIT rpc_seconds seconds
            # EOF
            """;
        var reading = MetricsText.Read(Text, _ => true);
        Assert.Equal((null, false), (reading.BadLine, reading.IsCut));
        Assert.Equal(
            [
                "http_requests_total{method=post,code=200} 1027",
                "http_requests_total{method=post,code=400} 3",
                "msdos_file_access_time_seconds{path=C:\\DIR\\FILE.TXT,error=Cannot find file:\n\"FILE.TXT\"} 1458255915",
                "metric_without_timestamp_and_labels{} 12.47",
                "something_weird{problem=division by zero} Infinity",
                "nothing{} NaN",
                "less{} -Infinity",
                "rpc_seconds_bucket{le=0.05} 24054",
                "rpc_seconds_bucket{le=+Inf} 144320",
                "tabs{a=b} 5",
            ],
            reading.Samples.Select(Write));
    }

    [Theory]
    [InlineData("a{b=\"c} 1")]
    [InlineData("a{b} 1")]
    [InlineData("a{b=c} 1")]
    [InlineData("a{b=\"c\"")]
    [InlineData("a{b=\"c\" d=\"e\"} 1")]
    [InlineData("a{1b=\"c\"} 1")]
    [InlineData("a")]
    [InlineData("a one")]
    [InlineData("a 0x5")]
    [InlineData("a 1,5")]
    [InlineData("a 1 soon")]
    [InlineData("1a 1")]
    [InlineData("{a=\"b\"} 1")]
    [InlineData("<html>")]
    public void A_line_that_cannot_be_read_is_told_of_and_spoils_no_other(string line)
    {
        var reading = MetricsText.Read($"good 1\n{line}\ngood 2\r\n", _ => true);
        Assert.Equal(2, reading.BadLine);
        Assert.Equal([1.0, 2.0], reading.Samples.Select(sample => sample.Value));
    }

    [Fact]
    public void Only_what_is_wanted_is_kept_and_only_so_much_of_it()
    {
        var text = new StringBuilder();
        for (var i = 0; i < MetricsText.SamplesMax + 10; i++)
            text.Append(CultureInfo.InvariantCulture, $"many{{n=\"{i}\"}} {i}\n");
        var all = MetricsText.Read(text.ToString(), name => name is "many");
        Assert.Equal((MetricsText.SamplesMax, true), (all.Samples.Length, all.IsCut));
        var none = MetricsText.Read(text.ToString(), name => name is "few");
        Assert.Equal((0, false, null), (none.Samples.Length, none.IsCut, none.BadLine));
        Assert.True(MetricsText.Read(new string('\n', MetricsText.LinesMax + 1), _ => true).IsCut);
        Assert.NotNull(MetricsText.Read(new string('a', 10_000_000), _ => true).BadLine);
        Assert.NotNull(MetricsText.Read("a{" + string.Concat(Enumerable.Repeat("b=\"c\",", 100_000)) + "} 1", _ => true).BadLine);
    }

    [Fact]
    public void Whatever_a_program_writes_as_the_format_asks_is_read_back()
    {
        var values = Gen.OneOf(Gen.Constant("\n"), Gen.Constant("\\"), Gen.Constant("\""), Gen.Constant("} 5"), Gen.Constant("ä"), Gen.Elements("a", "=", ",", "{", " "));
        var labels = values.ListOf().Select(parts => string.Concat(parts));
        var samples = labels.Zip(ArbMap.Default.GeneratorFor<double>());
        Prop.ForAll(samples.ToArbitrary(), pair =>
        {
            var (label, value) = pair;
            var escaped = label.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal);
            var number = double.IsInfinity(value) ? value > 0 ? "+Inf" : "-Inf" : value.ToString("R", CultureInfo.InvariantCulture);
            var sample = Assert.Single(MetricsText.Read($"m{{l=\"{escaped}\"}} {number}\n", _ => true).Samples);
            Assert.Equal((label, value), (sample["l"], sample.Value));
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void No_text_at_all_makes_the_reader_fail() => Prop.ForAll<string>(text =>
    {
        MetricsText.Read(text ?? "", _ => true);
        MetricsText.Read($"a{{{text}", _ => true);
        foreach (var selector in (string[])[text ?? "", $"a{{{text}"])
            Assert.True(MetricSelector.TryParse(selector, out _, out var fault) || fault.Length > 0);
    }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData("orders", "orders 1", true)]
    [InlineData("orders", "orders{a=\"b\"} 1", true)]
    [InlineData("orders", "orders_total 1", false)]
    [InlineData("orders{a=\"b\"}", "orders{a=\"b\",c=\"d\"} 1", true)]
    [InlineData("orders{a=\"b\"}", "orders 1", false)]
    [InlineData("orders{a=\"\"}", "orders 1", true)]
    [InlineData("orders{a!=\"b\"}", "orders 1", true)]
    [InlineData("orders { a != \"b\" , }", "orders{a=\"b\"} 1", false)]
    [InlineData("orders{a=~\"5..\"}", "orders{a=\"503\"} 1", true)]
    [InlineData("orders{a=~\"5..\"}", "orders{a=\"5031\"} 1", false)]
    [InlineData("orders{a!~\"4..|5..\"}", "orders{a=\"503\"} 1", false)]
    [InlineData("orders{a=~\"(a|a)*b\"}", "orders{a=\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaac\"} 1", false)]
    public void A_selector_means_what_it_means_to_Prometheus(string selector, string line, bool matches)
    {
        Assert.True(MetricSelector.TryParse(selector, out var parsed, out var fault), fault);
        Assert.Equal(matches, parsed.Matches(MetricsText.Read(line, _ => true).Samples.Single()));
    }

    private static string Write(MetricSample sample)
        => $"{sample.Name}{{{string.Join(',', sample.Labels.Select(label => $"{label.Name}={label.Value}"))}}} {sample.Value.ToString(CultureInfo.InvariantCulture)}";
}

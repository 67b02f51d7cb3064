using System.Net;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Slipway.Core.Settings;

namespace Slipway.Core.Tests.Settings;

public sealed class RedactorTests
{
    private const string Secret = "p@ss w\u00f6rd/+\"'<&%\n=7";

    public static TheoryData<string> Forms
    {
        get
        {
            var json = JsonSerializer.Serialize(Secret);
            var data = new TheoryData<string>
            {
                Secret, Uri.EscapeDataString(Secret), WebUtility.UrlEncode(Secret), WebUtility.UrlEncode(Secret).ToLowerInvariant(), json[1..^1],
                JavaScriptEncoder.Default.Encode(json[1..^1]), JavaScriptEncoder.UnsafeRelaxedJsonEscaping.Encode(Secret), WebUtility.HtmlEncode(Secret), HtmlEncoder.Default.Encode(Secret),
                Convert.ToHexString(Encoding.UTF8.GetBytes(Secret)), json[1..^1].Replace("/", "\\/"), json[1..^1].Replace("u00F6", "u00f6").Replace("u002B", "u002b").Replace("u003C", "u003c"),
            };
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public void A_secret_is_taken_out_in_every_form(string form)
        => Assert.Equal("before *** after", Of(Secret).Redact($"before {form} after"));

    [Theory]
    [InlineData("")]
    [InlineData("a")]
    [InlineData("ab")]
    [InlineData("abc")]
    [InlineData("user:")]
    public void A_secret_inside_base64_is_taken_out_at_any_alignment(string before)
    {
        var redactor = Of("correct-horse-battery");
        foreach (var after in new[] { "", "x", "xy", "xyz" })
        {
            var encoded = Convert.ToBase64String(Encoding.UTF8.GetBytes($"{before}correct-horse-battery{after}"));
            Assert.Contains(Redactor.Mask, redactor.Redact(encoded));
            Assert.DoesNotContain(encoded[8..24], redactor.Redact(encoded));
            Assert.Contains(Redactor.Mask, redactor.Redact(encoded.Replace('+', '-').Replace('/', '_')));
        }
    }

    [Fact]
    public void The_password_of_a_connection_string_is_taken_out_by_itself()
    {
        var redactor = Of("postgres://shop:h%2Funter2@db/shop");
        Assert.Equal("28P01: no password '***' for shop", redactor.Redact("28P01: no password 'h/unter2' for shop"));
        Assert.Equal("Host=db;Password=***", redactor.Redact("Host=db;Password=h/unter2"));
    }

    [Fact]
    public void Each_line_of_a_key_is_taken_out_by_itself()
    {
        var redactor = Of("-----BEGIN KEY-----\nAAAABBBBCCCCDDDD\nEEEEFFFFGGGG\n-----END KEY-----");
        Assert.Equal("read *** then ***", redactor.Redact("read AAAABBBBCCCCDDDD then EEEEFFFFGGGG"));
        Assert.Equal("-----BEGIN KEY-----", redactor.Redact("-----BEGIN KEY-----"));
    }

    [Fact]
    public void Secrets_that_overlap_or_hold_each_other_leave_nothing_behind()
    {
        var redactor = Of("abcdef", "defghi", "abcdefghijkl");
        Assert.Equal("x***y", redactor.Redact("xabcdefghiy"));
        Assert.Equal("x***y", redactor.Redact("xabcdefghijkly"));
        Assert.Equal("******", redactor.Redact("***abcdef"));
    }

    [Fact]
    public void Ordinary_text_is_left_alone()
    {
        var redactor = Of("abc", "", "longer-secret");
        const string text = "abc longer secret \uD83E\uDD8A";
        Assert.Same(text, redactor.Redact(text));
        Assert.Equal("", redactor.Redact(""));
        Assert.Equal("anything", new Redactor().Redact("anything"));
    }

    [Fact]
    public void Places_in_bytes_cover_the_secret_exactly()
    {
        var bytes = Encoding.UTF8.GetBytes("\u00e9 s3cr3t-value \u00e9");
        var (start, end) = Assert.Single(Of("s3cr3t-value").Find(bytes));
        Assert.Equal("s3cr3t-value", Encoding.UTF8.GetString(bytes[start..end]));
    }

    [Fact]
    public void Learning_goes_on_beside_reading()
    {
        var redactor = new Redactor();
        Parallel.For(0, 200, i =>
        {
            redactor.Learn([$"secret-number-{i:000}"]);
            Assert.Equal(Redactor.Mask, redactor.Redact($"secret-number-{i:000}"));
        });
        Assert.Equal(200, redactor.Version);
    }

    private static Redactor Of(params string[] values)
    {
        var redactor = new Redactor();
        redactor.Learn(values);
        return redactor;
    }
}

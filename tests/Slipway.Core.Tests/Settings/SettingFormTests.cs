using Slipway.Core.Settings;

namespace Slipway.Core.Tests.Settings;

public sealed class SettingFormTests
{
    private const string Pem = "-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE\n-----END PUBLIC KEY-----";

    [Theory]
    [InlineData(SettingType.Integer, "-5", "007", "9223372036854775807")]
    [InlineData(SettingType.Number, "0.5", "-1e3", "4")]
    [InlineData(SettingType.Boolean, "true", "false")]
    [InlineData(SettingType.Host, "db", "db.example.org", "10.0.0.1", "::1", "[::1]", "my_db", "a.", "db-1", "1.db")]
    [InlineData(SettingType.Port, "1", "65535")]
    [InlineData(SettingType.Duration, "1m30s", "0", "500ms")]
    [InlineData(SettingType.Size, "64Mi", "12")]
    [InlineData(SettingType.List, "a", "a, b,c")]
    [InlineData(SettingType.Map, "a=1", "a=1, b=x=y", "a=")]
    [InlineData(SettingType.Json, "{}", "[1,2]", "null", "\"a\"")]
    [InlineData(SettingType.Pem, Pem, Pem + "\n" + Pem, "-----BEGIN A-----\\nAAAA\\n-----END A-----")]
    [InlineData(SettingType.Jwks, """{"keys":[{"kty":"EC","kid":"1","crv":"P-256","x":"a","y":"b","d":"c"},{"kty":"oct","kid":"2","k":"a"}]}""")]
    [InlineData(SettingType.Postgres, "postgres://u:p%40ss@db:5432/shop?sslmode=require", "postgresql://db", "postgres://a,b:5433/x", "postgres://u@%2Fvar%2Frun/x",
        "postgresql:///shop?host=/var/run", "Host=db;Username=u;Password='a;b';Database=x", "host=db user=u password='it\\'s' port=5432", "Server=::1;Port=5432")]
    [InlineData(SettingType.Redis, "redis://:p@cache:6379/0", "rediss://cache", "cache:6379,password=x,ssl=true", "a:1,b:2")]
    [InlineData(SettingType.Amqp, "amqp://u:p@queue:5672/v", "amqps://queue")]
    [InlineData(SettingType.Url, "https://a.example.org/x?y", "nats://q:4222", "http://u:p@a:80", "http://[::1]:5000/", "http://*:5000", "https://bücher.example", "mongodb://a:1,b:2/x")]
    public void What_is_right_is_taken(SettingType type, params string[] texts)
        => Assert.All(texts, text => Assert.Null(new SettingForm(type, [], null, null).Fault(text)));

    [Theory]
    [InlineData(SettingType.Integer, "1.5", "", "9223372036854775808", " 1")]
    [InlineData(SettingType.Number, "NaN", "1e999", "x", " 1", "1 ", "1,5")]
    [InlineData(SettingType.Boolean, "yes", "True", "1")]
    [InlineData(SettingType.Host, "", "-a", "a-", "a..b", "a b", "http://a", "a:80", "[::1", "1:2:3", "256.1.1.1", "10.0.1", "12345")]
    [InlineData(SettingType.Port, "0", "65536", "-1", "80a")]
    [InlineData(SettingType.List, "", "a,,b", ",")]
    [InlineData(SettingType.Map, "a", "=1", "a=1,a=2")]
    [InlineData(SettingType.Json, "", "{", "{}{}", "{'a':1}", "// x")]
    [InlineData(SettingType.Pem, "", "abc", "-----BEGIN A-----\nAA AA\n-----END B-----", "x\n" + Pem, Pem + "\nx", "-----BEGIN A-----\n!!!!\n-----END A-----")]
    [InlineData(SettingType.Jwks, "{}", """{"keys":[]}""", """{"keys":[{"kty":"EC","crv":"P-256","x":"a","y":"b"}]}""", """{"keys":[{"kty":"EC","kid":"1"}]}""",
        """{"keys":[{"kty":"oct","kid":"1","k":"a"},{"kty":"oct","kid":"1","k":"b"}]}""", """{"keys":[{"kty":"XX","kid":"1"}]}""", """{"keys":1}""", "[]")]
    [InlineData(SettingType.Postgres, "", "mysql://db/x", "postgres://", "postgres://u:p@/x", "postgres://db:x/y", "postgres://u:p/w@db", "postgres://u:%zz@db", "Username=u;Password=p", "db", "Host=;Port=1", "Host=db;Port=x", "Host='db")]
    [InlineData(SettingType.Redis, "", "http://cache", "redis://a,b", "redis://cache/x", "password=x", "cache:x", "a b")]
    [InlineData(SettingType.Amqp, "", "amqp://", "http://queue", "amqp://queue:0", "queue")]
    [InlineData(SettingType.Url, "a", "http://", "https:///x", "ht tp://x", "http://a:99999", "http://a:b/", "http://a:/", "http://[::1", "http://u@/x", "HTTP://:80")]
    [InlineData(SettingType.String, "a\0b")]
    public void What_is_wrong_is_refused(SettingType type, params string[] texts)
        => Assert.All(texts, text => Assert.NotNull(new SettingForm(type, [], null, null).Fault(text)));

    [Theory]
    [InlineData(SettingType.Integer, "1..5", "5", "6")]
    [InlineData(SettingType.Number, "-0.5..0.5", "-0.5", "0.51")]
    [InlineData(SettingType.Duration, "1s..1m", "60s", "61s")]
    [InlineData(SettingType.Size, "1Ki..1Mi", "1024", "1023")]
    [InlineData(SettingType.String, "2..3", "abc", "a")]
    [InlineData(SettingType.List, "1..2", "a,b", "a,b,c")]
    [InlineData(SettingType.Map, "1..1", "a=1", "a=1,b=2")]
    [InlineData(SettingType.Port, "1024..2048", "1024", "80")]
    public void Bounds_belong_to_what_is_allowed(SettingType type, string range, string inside, string outside)
    {
        var form = new SettingForm(type, [], null, SettingRange.Read(type, range));
        Assert.Null(form.Fault(inside));
        Assert.Contains(range, form.Fault(outside));
    }

    [Fact]
    public void A_pattern_holds_for_the_whole_value_and_cannot_be_made_slow()
    {
        var form = new SettingForm(SettingType.String, [], "(a+)+b|none", null);
        Assert.Null(form.Fault("aaab"));
        Assert.NotNull(form.Fault("aaabx"));
        Assert.NotNull(form.Fault("none\n"));
        Assert.NotNull(form.Fault(new string('a', 60_000)));
    }

    [Theory]
    [InlineData("postgres://u:p%40ss@db/x", "p%40ss", "p@ss")]
    [InlineData("postgres://db/x?user=u&password=h%2Fx", "h/x")]
    [InlineData("Host=db;Username=u;Password=\"a;\"\"b\";SSL Password=zz", "a;\"b", "zz")]
    [InlineData("host=db password='it\\'s'", "it's")]
    [InlineData("redis://:s3cret@cache", "s3cret")]
    [InlineData("cache:6379,password=s3cret,ssl=true", "s3cret")]
    [InlineData("amqp://u:a/b@queue", "a/b")]
    [InlineData("https://a.example.org")]
    [InlineData("no connection string")]
    public void The_passwords_of_a_connection_string_are_found(string text, params string[] secrets)
        => Assert.Equal(secrets, ConnectionString.SecretsIn(text));

    [Fact]
    public void No_text_makes_a_type_throw()
    {
        var random = new Random(20261124);
        const string alphabet = "ab:/@?#%[]{}\"'\\,;= \n\r\0-_.1é\uD800=";
        for (var i = 0; i < 20_000; i++)
        {
            var text = string.Concat(Enumerable.Range(0, random.Next(0, 30)).Select(_ => alphabet[random.Next(alphabet.Length)]));
            if (i % 3 == 0)
                text = new[] { "postgres://", "redis://", "amqp://", "-----BEGIN A-----", "{\"keys\":[", "Host=" }[random.Next(6)] + text;
            foreach (var type in Enum.GetValues<SettingType>())
                _ = new SettingForm(type, ["a"], null, null).Fault(text);
            _ = ConnectionString.SecretsIn(text);
        }
    }
}

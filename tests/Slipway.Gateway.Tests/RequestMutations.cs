using System.Text;

namespace Slipway.Gateway.Tests;

/// <summary>Makes requests that are nearly right: well-formed ones, one after another, with what smuggles and confuses put in.</summary>
internal static class RequestMutations
{
    private static readonly string[] s_methods = ["GET", "POST", "PUT", "DELETE", "get", "PATCH", "OPTIONS"];
    private static readonly string[] s_targets = ["/", "/a", "/a/b?x=1", "/a%20b", "/?q=%27", "/a/b/", "http://x/a", "http://y/a", "*", "/a/../b", "/a//b", "//a", "/%2e%2e/x", "/a b", "/a#b", "/\u00e9"];
    private static readonly string[] s_fields =
    [
        "X-One: 1", "X-One: 2", "X-One:3", "X-One:\t4 ", "X-One: a, b", "X-One: \u00e9", "Connection: close", "Connection: keep-alive", "Connection: Host", "Connection: Content-Length",
        "Host: x", "Host: y", "Host: x:80", "Host:", "Host: x y", "Host: x/a", "Content-Length: 5", "Content-Length: 0", "Content-Length: 05", "Content-Length: +5", "Content-Length: 5,5", "Content-Length: 5, 6",
        "Content-Length: 0x5", "Content-Length: 5 ", "Content-Length: -1", "Content-Length: 99999999999999999999", "Content-Length:\v5", "Transfer-Encoding: chunked", "Transfer-Encoding: Chunked",
        "Transfer-Encoding: chunked, chunked", "Transfer-Encoding: gzip, chunked", "Transfer-Encoding: identity", "Transfer-Encoding:\vchunked", "Transfer-Encoding: \"chunked\"", "Transfer-Encoding : chunked",
        "Transfer-Encoding: xchunked", "Transfer-Encoding:", "Transfer-Encoding\n: chunked", "transfer_encoding: chunked", "Expect: 100-continue", "Expect: x", "Upgrade: websocket", "TE: trailers", "Trailer: X-One",
        " X-One: folded", "X One: space", "X-One", ":x", "X-One: a\rb", "X-One: a\nb", "X-One: a\0b", "Foo: bar\r\n\tbaz", "Cookie: a=b", "Proxy-Connection: keep-alive", "Keep-Alive: timeout=5",
    ];

    private static readonly string[] s_bodies =
    [
        "", "hello", "5\r\nhello\r\n0\r\n\r\n", "0\r\n\r\n", "5;a=b\r\nhello\r\n0\r\n\r\n", "05\r\nhello\r\n0\r\n\r\n", "5 \r\nhello\r\n0\r\n\r\n", " 5\r\nhello\r\n0\r\n\r\n", "0x5\r\nhello\r\n0\r\n\r\n", "-5\r\nhello\r\n0\r\n\r\n",
        "5\nhello\n0\n\n", "5\r\nhello0\r\n\r\n", "5\r\nhello\r\n0\r\nX-One: 9\r\n\r\n", "5\r\nhello\r\n00\r\n\r\n", "FFFFFFFFFFFFFFFF5\r\nhello\r\n0\r\n\r\n", "5;\r\nhello\r\n0\r\n\r\n", "5;a=\"\r\n\"\r\nhello\r\n0\r\n\r\n", "5\rX\nhello\r\n0\r\n\r\n",
        "2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n", "6\r\nhello\r\n0\r\n\r\n",
    ];

    private const string Odd = "\r\n\0 \t:,;\v\f\u0085\u00a0\u007f\"%";

    /// <summary>One to three requests as bytes, mostly with something wrong.</summary>
    public static byte[] Make(Random random)
    {
        var text = new StringBuilder();
        for (var i = random.Next(1, 4); i > 0; i--)
            AppendRequest(text, random);
        for (var i = random.Next(4) == 0 ? random.Next(1, 4) : 0; i > 0 && text.Length > 0; i--)
            Mutate(text, random);
        return Encoding.Latin1.GetBytes(text.ToString());
    }

    private static void AppendRequest(StringBuilder text, Random random)
    {
        var isRight = random.Next(2) == 0;
        var method = Pick(s_methods, random, isRight ? 2 : s_methods.Length);
        var end = random.Next(30) == 0 ? "\n" : "\r\n";
        text.Append(method).Append(' ').Append(Pick(s_targets, random, isRight ? 5 : s_targets.Length)).Append(random.Next(20) switch { 0 => " HTTP/1.0", 1 => " HTTP/1.2", 2 => "  HTTP/1.1", 3 => " http/1.1", _ => " HTTP/1.1" }).Append(end);
        if (random.Next(12) != 0)
            text.Append("Host: x").Append(end);
        var body = "";
        if (method is "POST" or "PUT" && isRight)
        {
            var isChunked = random.Next(2) == 0;
            body = isChunked ? s_bodies[2 + random.Next(3)] : "hello";
            text.Append(isChunked ? "Transfer-Encoding: chunked" : "Content-Length: 5").Append(end);
        }
        for (var i = random.Next(isRight ? 2 : 4); i > 0; i--)
            text.Append(Pick(s_fields, random, isRight ? 6 : s_fields.Length)).Append(end);
        text.Append(end).Append(isRight ? body : Pick(s_bodies, random, s_bodies.Length));
    }

    private static void Mutate(StringBuilder text, Random random)
    {
        var at = random.Next(text.Length);
        switch (random.Next(4))
        {
            case 0:
                text.Insert(at, Odd[random.Next(Odd.Length)]);
                break;
            case 1:
                text.Remove(at, 1);
                break;
            case 2:
                text[at] = Odd[random.Next(Odd.Length)];
                break;
            default:
                text.Insert(at, text.ToString(at, Math.Min(random.Next(1, 12), text.Length - at)));
                break;
        }
    }

    private static string Pick(string[] from, Random random, int of) => from[random.Next(of)];
}

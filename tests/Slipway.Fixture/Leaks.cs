using System.Collections;
using System.Net;
using System.Text;
using System.Text.Encodings.Web;

namespace Slipway.Fixture;

/// <summary>
/// What careless programs do: with FIXTURE_LEAK they write every variable that begins with SECRET_ to both outputs, as it is and
/// in the encodings of headers, addresses, pages and JSON; with <c>crash</c> they abort with one in the message.
/// </summary>
internal static class Leaks
{
    public static void Tell()
    {
        if (Environment.GetEnvironmentVariable("FIXTURE_LEAK") is not { Length: > 0 } how)
            return;
        var values = Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
            .Where(entry => ((string)entry.Key).StartsWith("SECRET_", StringComparison.Ordinal)).Select(entry => (string)entry.Value!).ToList();
        foreach (var output in (TextWriter[])[Console.Out, Console.Error])
        {
            foreach (var value in values)
            {
                foreach (var form in Forms(value))
                    output.WriteLine($"debug: using {form}, going on");
            }
            output.Flush();
        }
        if (how == "crash")
            Environment.FailFast($"cannot connect with {values.FirstOrDefault(value => value.Contains("://", StringComparison.Ordinal)) ?? values.FirstOrDefault()}");
    }

    private static IEnumerable<string> Forms(string value)
    {
        yield return value;
        yield return Uri.EscapeDataString(value);
        yield return WebUtility.UrlEncode(value);
        yield return WebUtility.HtmlEncode(value);
        yield return $"{{\"value\":\"{JavaScriptEncoder.Default.Encode(value)}\"}}";
        yield return $"{{\"value\":\"{JavaScriptEncoder.UnsafeRelaxedJsonEscaping.Encode(value)}\"}}";
        foreach (var user in (string[])["", "a:", "ab:"])
            yield return "Authorization: Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes(user + value));
        yield return Convert.ToHexString(Encoding.UTF8.GetBytes(value));
    }
}

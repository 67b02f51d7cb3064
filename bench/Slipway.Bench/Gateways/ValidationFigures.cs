using System.Globalization;
using System.Text;
using System.Text.Json;
using Slipway.Corpora;
using Slipway.Gateway.Validation;

namespace Slipway.Bench.Gateways;

/// <summary>What the request validation finds of the attacks of our own corpus, in every form, and how much that is harmless it would stop.</summary>
internal static class ValidationFigures
{
    private const int BenignRequests = 20_000;

    public static IEnumerable<Figure> Measure(Action<string> progress)
    {
        var inspector = new RequestInspector();
        var (tried, found) = (0, 0);
        foreach (var form in Encodings.All)
        {
            foreach (var (kind, text) in Corpus.Attacks.Where(one => form.Classes.Length == 0 || form.Classes.Contains(one.Class)))
            {
                tried++;
                var value = form.Make(text);
                var finding = form.IsEscaped ? inspector.Target("/search"u8, [.. "q="u8, .. value]) : inspector.Body("text/plain"u8, value);
                if (finding.IsAttack)
                    found++;
                else
                    progress($"  not found: {kind}, {form.Name}: {text.ReplaceLineEndings("\\n")}");
            }
        }
        yield return Figure.AtLeast($"of {tried:N0} attacks in {Encodings.All.Count} forms, found", 100.0 * found / tried, "%", 99, $"{Corpus.Attacks.Count} attacks of five classes");

        var random = new Random(5);
        var stopped = 0;
        for (var i = 0; i < BenignRequests; i++)
        {
            if (!Benign(inspector, random, out var shown))
                continue;
            stopped++;
            progress($"  stopped: {shown}");
        }
        yield return Figure.AtMost($"of {BenignRequests:N0} harmless requests, stopped", 100.0 * stopped / BenignRequests, "%", 0.1, "query, form, JSON, multipart, fields; prose of many languages, code, Markdown");
    }

    // One or two harmless values in a request of a real application's shape.
    private static bool Benign(RequestInspector inspector, Random random, out string shown)
    {
        var text = Pick();
        if (random.Next(2) == 0)
            text += ((string[])[" ", ". ", "\n", ", ", "\n\n"])[random.Next(5)] + Pick();
        var escaped = Uri.EscapeDataString(text);
        var kind = random.Next(5);
        shown = string.Create(CultureInfo.InvariantCulture, $"{((string[])["query", "form", "JSON", "multipart", "field"])[kind]}: {text.ReplaceLineEndings("\\n")}");
        return kind switch
        {
            0 => inspector.Target("/v1/messages"u8, Encoding.UTF8.GetBytes($"page=2&q={escaped}&sort=-created")),
            1 => inspector.Body("application/x-www-form-urlencoded"u8, Encoding.UTF8.GetBytes($"name=Ada&text={escaped.Replace("%20", "+", StringComparison.Ordinal)}&send=1")),
            2 => inspector.Body("application/json; charset=utf-8"u8, JsonSerializer.SerializeToUtf8Bytes(new { id = 5, text, tags = new[] { "a", "b" } })),
            3 => inspector.Body("multipart/form-data; boundary=----x7"u8, Encoding.UTF8.GetBytes(
                $"------x7\r\nContent-Disposition: form-data; name=\"text\"\r\n\r\n{text}\r\n------x7\r\nContent-Disposition: form-data; name=\"file\"; filename=\"report (1).pdf\"\r\nContent-Type: application/pdf\r\n\r\n%PDF\r\n------x7--\r\n")),
            _ => inspector.Field("Referer"u8, Encoding.UTF8.GetBytes($"https://example.org/search?q={escaped}")),
        } is { IsAttack: true };

        string Pick() => Corpus.Benign[random.Next(Corpus.Benign.Count)];
    }
}

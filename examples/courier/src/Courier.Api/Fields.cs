using System.Globalization;
using System.Text;
using System.Text.Json;
using Courier.Messages;

namespace Courier.Api;

/// <summary>The fields of a request, read by hand so that everything wrong with them is found at once.</summary>
internal sealed class Fields(JsonElement root)
{
    private readonly List<FieldFault> _faults = [];
    private readonly HashSet<string> _read = [];

    /// <summary>Everything wrong, once all fields have been read: those that nobody asked for are included.</summary>
    public IReadOnlyList<FieldFault> Check()
    {
        foreach (var entry in root.EnumerateObject().Where(entry => !_read.Contains(entry.Name)))
            Add(entry.Name, $"This field is not known here; {string.Join(", ", _read.Order(StringComparer.Ordinal))} are.");
        return _faults;
    }

    public void Add(string field, string detail) => _faults.Add(new("#/" + field, detail));

    /// <summary>A field, or null when it is missing or null.</summary>
    public JsonElement? Get(string name)
    {
        _read.Add(name);
        return root.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;
    }

    /// <summary>A field that must be a string, or null when it is missing or null.</summary>
    public string? Text(string name)
    {
        if (Get(name) is not { } value)
            return null;
        if (value.ValueKind == JsonValueKind.String)
            return value.GetString();
        Add(name, "This must be a string.");
        return null;
    }

    public Recipient? Recipient()
    {
        var text = Text("recipient");
        if (Messages.Recipient.TryParse(text, out var recipient, out var fault))
            return recipient;
        // Of another kind than a string it has been told of already.
        if (text is not null || Get("recipient") is null)
            Add("recipient", fault);
        return null;
    }

    /// <summary>The body: a string is sent as text, anything else as JSON, exactly as it was written.</summary>
    public MessageBody? Body()
    {
        var contentType = Text("contentType");
        if (contentType is not null && (!System.Net.Http.Headers.MediaTypeHeaderValue.TryParse(contentType, out _) || contentType.Length > 200))
            Add("contentType", "This is not a content type, such as text/plain.");
        _read.Add("body");
        if (!root.TryGetProperty("body", out var value))
        {
            Add("body", "A body is needed: any JSON value; a string is sent as text.");
            return null;
        }

        var isText = value.ValueKind == JsonValueKind.String;
        var bytes = Encoding.UTF8.GetBytes(isText ? value.GetString()! : value.GetRawText());
        if (bytes.Length > MessageBody.BytesMax)
            Add("body", $"It has {bytes.Length} bytes; {MessageBody.BytesMax} are the most.");
        return new(contentType ?? (isText ? "text/plain; charset=utf-8" : "application/json"), bytes);
    }

    /// <summary>An instant, written with its offset; in UTC and whole milliseconds, as it is kept.</summary>
    public DateTimeOffset? Instant(string name)
    {
        if (Text(name) is not { } text)
            return null;
        // Without an offset the text would mean another instant on every machine.
        if (DateTimeOffset.TryParseExact(
            text, ["yyyy-MM-ddTHH:mmK", "yyyy-MM-ddTHH:mm:ssK", "yyyy-MM-ddTHH:mm:ss.FFFFFFFK"], CultureInfo.InvariantCulture,
            DateTimeStyles.None, out var instant) && (text.EndsWith('Z') || text.LastIndexOfAny(['+', '-']) > 10))
            return DateTimeOffset.FromUnixTimeMilliseconds(instant.ToUnixTimeMilliseconds());
        Add(name, "This is not a time with an offset, such as 2030-05-01T09:30:00Z or 2030-05-01T09:30:00+02:00.");
        return null;
    }

    /// <summary>Reads the body of a request as one JSON object.</summary>
    /// <returns>The fields, or what is wrong with the whole.</returns>
    public static async Task<(Fields? Fields, Problem? Problem)> ReadAsync(HttpRequest request)
    {
        if (!request.HasJsonContentType())
            return (null, Problem.ForStatus(415));
        try
        {
            using var document = await JsonDocument.ParseAsync(
                request.Body, new() { MaxDepth = 64, AllowDuplicateProperties = false }, request.HttpContext.RequestAborted);
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? (new(document.RootElement.Clone()), null)
                : (null, Problem.ForStatus(400) with { Detail = "The request must be one JSON object." });
        }
        catch (JsonException fault)
        {
            return (null, Problem.ForStatus(400) with { Detail = $"The request is not JSON: {fault.Message}" });
        }
    }
}

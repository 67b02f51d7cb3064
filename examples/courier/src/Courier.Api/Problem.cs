using System.Text.Encodings.Web;
using System.Text.Json;
using Courier.Messages;

namespace Courier.Api;

/// <summary>An answer that says what is wrong, as RFC 9457 has it; every wrong field is named, by JSON pointer.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Name">What kind it is, stable for programs; the last part of <c>type</c>.</param>
/// <param name="Title">The same for people.</param>
/// <param name="Detail">What is wrong this time.</param>
/// <param name="Errors">The wrong fields; empty when it is not about fields.</param>
internal sealed record Problem(int Status, string Name, string Title, string? Detail, IReadOnlyList<FieldFault> Errors) : IResult
{
    // The answer is JSON and never part of a page, so quotes need no second escaping.
    private static readonly JsonWriterOptions _plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static Problem Fields(IReadOnlyList<FieldFault> faults)
        => new(422, "invalid-fields", "The request cannot be accepted.", "Each entry of errors names a field and what is wrong with it.", faults);

    public static Problem Unknown()
        => new(401, "unknown-caller", "Who calls is not known.", "Show the key, or a token of POST /v1/tokens that has not expired: Authorization: Bearer KEY.", []);

    public static Problem NotFound(string what) => new(404, "not-found", "There is no such thing.", what, []);

    public static Problem Conflict(string reason) => new(409, "conflict", "Not in its present state.", reason, []);

    public static Problem Unavailable(string reason)
        => new(503, "unavailable", "The service cannot answer now. Try again.", reason, []);

    public static Problem Failed() => new(500, "failed", "The service failed.", "The log has more under this request id.", []);

    public static Problem ForStatus(int status) => status switch
    {
        400 => new(400, "bad-request", "The request cannot be read.", null, []),
        404 => NotFound("GET / lists what is here."),
        405 => new(405, "method-not-allowed", "Not by this method.", null, []),
        413 => new(413, "too-large", "The request is too large.", $"A body may have {MessageBody.BytesMax} bytes.", []),
        415 => new(415, "unsupported-media-type", "Send application/json.", null, []),
        _ => new(status, "refused", "The request was refused.", null, []),
    };

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.StatusCode = Status;
        response.ContentType = "application/problem+json";
        if (Status == 503)
            response.Headers.RetryAfter = "1";
        await using var json = new Utf8JsonWriter(response.BodyWriter, _plain);
        json.WriteStartObject();
        json.WriteString("type"u8, "urn:courier:problem:" + Name);
        json.WriteString("title"u8, Title);
        json.WriteNumber("status"u8, Status);
        if (Detail is not null)
            json.WriteString("detail"u8, Detail);
        if (Correlation.Current is { } correlation)
            json.WriteString("requestId"u8, correlation.RequestId);
        if (Errors.Count > 0)
        {
            json.WriteStartArray("errors"u8);
            foreach (var fault in Errors)
            {
                json.WriteStartObject();
                json.WriteString("pointer"u8, fault.Pointer);
                json.WriteString("detail"u8, fault.Detail);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
        await json.FlushAsync(httpContext.RequestAborted);
    }
}

/// <summary>What is wrong with one field.</summary>
/// <param name="Pointer">Which, such as <c>#/recipient</c>, or <c>?limit</c> for one of the query.</param>
/// <param name="Detail">What is wrong.</param>
internal sealed record FieldFault(string Pointer, string Detail);

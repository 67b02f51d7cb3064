using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Slipway.Gateway.Admin;

/// <summary>What is asked of the admin side.</summary>
/// <param name="Method">The method.</param>
/// <param name="Path">The path.</param>
/// <param name="Accept">What the client would rather have; empty when it does not say.</param>
/// <param name="Body">The body; may be empty.</param>
internal sealed record AdminRequest(string Method, string Path, string Accept, byte[] Body);

/// <summary>Answers one admin request.</summary>
internal delegate AdminAnswer AdminHandler(AdminRequest request);

/// <summary>An answer of the admin side.</summary>
internal sealed record AdminAnswer(int Status, string ContentType, byte[] Body)
{
    /// <summary>Descriptors of sockets that go along with the answer, over a Unix socket on Linux.</summary>
    public int[] Descriptors { get; init; } = [];

    /// <summary>Is called once the answer was sent, or could not be.</summary>
    public Action? After { get; init; }

    /// <summary>A line of text.</summary>
    public static AdminAnswer Text(int status, string text)
        => new(status, "text/plain; charset=utf-8", Encoding.UTF8.GetBytes(text + "\n"));

    /// <summary>A value as JSON.</summary>
    public static AdminAnswer Json<T>(int status, T value, JsonTypeInfo<T> type)
        => new(status, "application/json", JsonSerializer.SerializeToUtf8Bytes(value, type));

    /// <summary>The reason phrase of a status.</summary>
    public static string Title(int status) => status switch
    {
        200 => "OK",
        400 => "Bad Request",
        404 => "Not Found",
        405 => "Method Not Allowed",
        409 => "Conflict",
        413 => "Content Too Large",
        422 => "Unprocessable Content",
        503 => "Service Unavailable",
        507 => "Insufficient Storage",
        _ => "Unknown",
    };
}

using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Courier.Api;

/// <summary>A good answer with a body.</summary>
internal sealed record Answer<T>(int Status, T Value, JsonTypeInfo<T> Type, string? Location = null, bool IsRepeated = false) : IResult
{
    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.StatusCode = Status;
        response.ContentType = "application/json; charset=utf-8";
        if (Location is not null)
            response.Headers.Location = Location;
        if (IsRepeated)
            response.Headers["Idempotent-Replayed"] = "true";
        await JsonSerializer.SerializeAsync(response.BodyWriter, Value, Type, httpContext.RequestAborted);
    }
}

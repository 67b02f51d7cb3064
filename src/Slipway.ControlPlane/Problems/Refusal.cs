using System.Text.Json;
using Slipway.Core.Api;

namespace Slipway.ControlPlane.Problems;

/// <summary>An answer that refuses a request: a <see cref="Problem"/> (RFC 9457) with its status.</summary>
/// <param name="problem">Why, and what to do.</param>
internal sealed class Refusal(Problem problem) : IResult, IStatusCodeHttpResult, IValueHttpResult<Problem>
{
    /// <summary>The media type of RFC 9457.</summary>
    public const string ContentType = "application/problem+json";

    /// <inheritdoc/>
    public int? StatusCode => Value.Status;

    /// <summary>Why, and what to do.</summary>
    public Problem Value { get; } = problem;

    /// <inheritdoc/>
    Problem? IValueHttpResult<Problem>.Value => Value;

    /// <inheritdoc/>
    public Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.StatusCode = Value.Status;
        response.ContentType = ContentType;
        return JsonSerializer.SerializeAsync(response.Body, Value, ApiJson.Default.Problem, httpContext.RequestAborted);
    }
}

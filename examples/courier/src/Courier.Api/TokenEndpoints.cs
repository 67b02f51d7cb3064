using Courier.Messages;
using Microsoft.AspNetCore.Http.Features;

namespace Courier.Api;

/// <summary>Tokens for callers, and the keys that verify them.</summary>
internal static class TokenEndpoints
{
    private const int SubjectLengthMax = 200;

    public static void MapTokens(this WebApplication app)
    {
        app.MapPost("/v1/tokens", GiveAsync);
        app.MapGet("/.well-known/jwks.json", ShowKeysAsync);
    }

    private static async Task<IResult> GiveAsync(HttpRequest request, Callers callers, TimeProvider clock)
    {
        if (callers.Tokens is not { } tokens)
            return Problem.NotFound("This API gives no tokens: it has no API__SIGNING_KEYS.");
        var subject = "caller";
        if (request.HttpContext.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody == true && request.ContentLength != 0)
        {
            var (fields, problem) = await Fields.ReadAsync(request);
            if (fields is null)
                return problem!;
            subject = fields.Text("subject") ?? subject;
            if (subject.Length is 0 or > SubjectLengthMax || subject.Any(char.IsControl))
                fields.Add("subject", $"This must be 1 to {SubjectLengthMax} printable characters.");
            if (fields.Check() is { Count: > 0 } faults)
                return Problem.Fields(faults);
        }

        var now = clock.Now();
        request.HttpContext.Response.Headers.CacheControl = "no-store";
        return new Answer<TokenView>(201, new(tokens.Give(subject, now), now + AccessTokens.Lifetime), ViewsContext.Default.TokenView);
    }

    private static async Task ShowKeysAsync(HttpContext context, Callers callers)
    {
        if (callers.Tokens is not { } tokens)
        {
            await Problem.NotFound("This API gives no tokens: it has no API__SIGNING_KEYS.").ExecuteAsync(context);
            return;
        }

        context.Response.ContentType = "application/jwk-set+json";
        // A new key is shown for a while before it signs; whoever keeps the set must look again within that time.
        context.Response.Headers.CacheControl = "public, max-age=60";
        await context.Response.BodyWriter.WriteAsync(tokens.PublicKeys, context.RequestAborted);
    }
}

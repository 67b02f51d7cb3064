namespace Courier.Api;

/// <summary>Answers 401 to everybody that <see cref="Callers"/> does not let in.</summary>
internal sealed class CallerGate(RequestDelegate next, Callers callers)
{
    public async Task InvokeAsync(HttpContext context)
    {
        var path = context.Request.Path;
        // Who could get tokens for a token would need the key only once.
        if (!path.StartsWithSegments("/v1") || path == "/v1/ping"
            || await callers.AdmitAsync(context.Request.Headers.Authorization.ToString(), allowsTokens: !path.StartsWithSegments("/v1/tokens")))
        {
            await next(context);
            return;
        }
        context.Response.Headers.WWWAuthenticate = "Bearer";
        await Problem.Unknown().ExecuteAsync(context);
    }
}

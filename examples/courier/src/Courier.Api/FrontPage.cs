using System.Net;
using System.Text;
using Courier.Messages;
using Courier.Operations;

namespace Courier.Api;

/// <summary>What a visitor sees, and two calls for trying the service out.</summary>
internal static class FrontPage
{
    public static void MapFrontPage(this WebApplication app)
    {
        var settings = app.Services.GetRequiredService<CourierSettings>();
        var page = Encoding.UTF8.GetBytes(Text(settings.Identity));
        var pong = Encoding.UTF8.GetBytes("{\"pong\":true}");
        app.MapGet("/", context => SendAsync(context, "text/html; charset=utf-8", page));
        app.MapGet("/v1/ping", context => SendAsync(context, "application/json", pong));
        if (settings.Identity.IsForDrills)
            app.MapPost("/v1/echo", EchoAsync);
    }

    private static async Task SendAsync(HttpContext context, string contentType, byte[] bytes)
    {
        context.Response.ContentType = contentType;
        context.Response.ContentLength = bytes.Length;
        await context.Response.BodyWriter.WriteAsync(bytes, context.RequestAborted);
    }

    /// <summary>A recipient for trying deliveries: answers with what it got, or with the status it is asked for.</summary>
    private static async Task EchoAsync(HttpContext context)
    {
        if (context.Request.ContentLength > MessageBody.BytesMax)
            throw new BadHttpRequestException("Too large.", 413);
        if (int.TryParse(context.Request.Query["status"], out var status) && status is >= 200 and <= 599)
            context.Response.StatusCode = status;
        context.Response.ContentType = context.Request.ContentType ?? "application/octet-stream";
        context.Response.ContentLength = context.Response.StatusCode is 204 or 205 or 304 ? null : context.Request.ContentLength;
        if (context.Response.StatusCode is not (204 or 205 or 304))
            await context.Request.Body.CopyToAsync(context.Response.Body, context.RequestAborted);
    }

    private static string Text(Identity identity)
        => $"""
        <!doctype html>
        <html lang="en">
        <head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Courier</title>
        <style>body{"{"}font:16px/1.5 system-ui,sans-serif;max-width:46rem;margin:3rem auto;padding:0 1rem{"}"} code{"{"}white-space:nowrap{"}"}</style></head>
        <body>
        <h1>Courier</h1>
        <p>Takes messages and delivers them to webhooks: now or later, once or by the recipient's clock, with retries.</p>
        <ul>
        <li><code>POST /v1/messages</code> sends, <code>GET /v1/messages</code> lists, <code>GET /v1/messages/ID</code> follows one</li>
        <li><code>POST /v1/messages/ID/cancel</code> takes one back</li>
        <li><code>POST /v1/recurring</code>, <code>GET /v1/recurring</code>, <code>DELETE /v1/recurring/ID</code>: by the clock</li>
        <li><code>GET /v1/dead-letters</code>, <code>POST /v1/dead-letters/ID/replay</code>: what could not be delivered</li>
        <li><code>POST /v1/tokens</code> gives a token that lets in for a while, <code>GET /.well-known/jwks.json</code> what verifies it</li>
        </ul>
        <p>Version {WebUtility.HtmlEncode(identity.AppVersion ?? "unknown")}, release {WebUtility.HtmlEncode(identity.Release ?? "none")}.</p>
        </body>
        </html>
        """;
}

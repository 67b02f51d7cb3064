using System.Text.Json;

namespace Courier.Operations;

/// <summary>What operators and their tools ask of every process.</summary>
internal static class OperationsEndpoints
{
    public static void MapOperations(this WebApplication app)
    {
        var settings = app.Services.GetRequiredService<CourierSettings>();
        var readiness = app.Services.GetRequiredService<Readiness>();
        var metrics = app.Services.GetRequiredService<Metrics>();
        app.MapGet("/health", static context => JsonAsync(context, 200, static json => json.WriteString("status"u8, "alive"u8)));
        app.MapGet("/ready", context => ReadyAsync(context, readiness));
        app.MapGet("/version", context => JsonAsync(context, 200, json => Write(json, settings.Identity)));
        app.MapGet("/metrics", context => MetricsAsync(context, metrics));
    }

    private static async Task ReadyAsync(HttpContext context, Readiness readiness)
    {
        var states = await readiness.CheckAsync(context.RequestAborted);
        var isReady = states.All(static state => state.IsUp);
        await JsonAsync(context, isReady ? 200 : 503, json =>
        {
            json.WriteString("status"u8, isReady ? "ready" : "not ready");
            json.WriteStartArray("dependencies"u8);
            foreach (var state in states)
            {
                json.WriteStartObject();
                json.WriteString("name"u8, state.Name);
                json.WriteString("status"u8, state.IsUp ? "up" : "down");
                json.WriteNumber("latencyMs"u8, state.LatencyMs);
                if (state.Error is not null)
                    json.WriteString("error"u8, state.Error);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        });
    }

    private static void Write(Utf8JsonWriter json, Identity identity)
    {
        json.WriteString("app"u8, "courier"u8);
        json.WriteString("service"u8, identity.Service);
        json.WriteString("version"u8, identity.AppVersion);
        json.WriteString("commit"u8, identity.GitSha);
        json.WriteString("built"u8, identity.BuildDate);
        json.WriteString("environment"u8, identity.Environment);
        json.WriteString("release"u8, identity.Release);
        json.WriteString("instance"u8, identity.Instance);
    }

    private static async Task MetricsAsync(HttpContext context, Metrics metrics)
    {
        var text = await metrics.WriteAsync(context.RequestAborted);
        context.Response.ContentType = "text/plain; version=0.0.4; charset=utf-8";
        await context.Response.WriteAsync(text, context.RequestAborted);
    }

    private static async Task JsonAsync(HttpContext context, int status, Action<Utf8JsonWriter> write)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        await using var json = new Utf8JsonWriter(context.Response.BodyWriter);
        json.WriteStartObject();
        write(json);
        json.WriteEndObject();
        await json.FlushAsync(context.RequestAborted);
    }
}

using System.Diagnostics;
using Courier.Messages;

namespace Courier.Operations;

/// <summary>Gives every request its correlation, counts it and logs what changed something or went wrong.</summary>
internal sealed partial class RequestRecorder(
    RequestDelegate next, Metrics metrics, CourierSettings settings, ILogger<RequestRecorder> logger)
{
    private static readonly TimeSpan _slow = TimeSpan.FromSeconds(1);

    private readonly Metrics.Histogram _durations =
        metrics.Durations("http_server_request_duration_seconds", "Requests served, by method, route and status.");

    public async Task InvokeAsync(HttpContext context)
    {
        var started = Stopwatch.GetTimestamp();
        var correlation = Correlation.From(context.Request.Headers["X-Request-Id"], context.Request.Headers.TraceParent);
        Correlation.Current = correlation;
        context.Response.Headers["X-Request-Id"] = correlation.RequestId;
        // Which release answered: what `slipway load` tells its counts apart by.
        if (settings.Identity.Release is { } release)
            context.Response.Headers["X-Slipway-Release"] = release;
        try
        {
            await next(context);
        }
        finally
        {
            Record(context, Stopwatch.GetElapsedTime(started));
        }
    }

    private void Record(HttpContext context, TimeSpan duration)
    {
        var (method, status) = (context.Request.Method, context.Response.StatusCode);
        // The route's pattern and not the path, nor a method of the caller's invention, or anyone could grow our memory.
        var route = (context.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText ?? "";
        var known = method is "GET" or "POST" or "DELETE" or "HEAD" ? method : "other";
        _durations.Record(
            duration, $"http_request_method=\"{known}\",http_route=\"{route}\",http_response_status_code=\"{status}\"");
        var level = status >= 500 ? LogLevel.Warning
            : route.StartsWith("/v1", StringComparison.Ordinal) && (method is not ("GET" or "HEAD") || duration >= _slow)
                ? LogLevel.Information : LogLevel.Debug;
        if (logger.IsEnabled(level))
            LogRequest(logger, level, method, context.Request.Path, status, Math.Round(duration.TotalMilliseconds, 2));
    }

    [LoggerMessage(Message = "{Method} {Path} answered {Status} in {DurationMs} ms")]
    private static partial void LogRequest(
        ILogger logger, LogLevel level, string method, string path, int status, double durationMs);
}

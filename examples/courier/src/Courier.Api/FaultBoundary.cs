using Courier.Messages;
using Courier.Operations;

namespace Courier.Api;

/// <summary>Where drills strike, and where whatever goes wrong below becomes a problem that a caller can read.</summary>
internal sealed partial class FaultBoundary(RequestDelegate next, FaultInjector faults, ILogger<FaultBoundary> logger)
{
    public async Task InvokeAsync(HttpContext context)
    {
        try
        {
            if (context.Request.Path.StartsWithSegments("/v1") && await AnswerDrillAsync(context))
                return;
            await next(context);
            if (context.Response is { StatusCode: >= 400, HasStarted: false, ContentType: null } response)
                await Problem.ForStatus(response.StatusCode).ExecuteAsync(context);
        }
        catch (Exception fault) when (!context.Response.HasStarted)
        {
            await AnswerAsync(context, fault);
        }
    }

    private async Task<bool> AnswerDrillAsync(HttpContext context)
    {
        var problem = await faults.BeginCallAsync(context.RequestAborted) ? Problem.Failed()
            : faults.Outage is { } outage ? Problem.Unavailable(outage)
            : null;
        if (problem is null)
            return false;
        await problem.ExecuteAsync(context);
        return true;
    }

    private async Task AnswerAsync(HttpContext context, Exception fault)
    {
        switch (fault)
        {
            case OperationCanceledException when context.RequestAborted.IsCancellationRequested:
                // Nobody is left to read an answer; the number is the one proxies use for this in their logs.
                context.Response.StatusCode = 499;
                break;
            case BadHttpRequestException bad:
                await Problem.ForStatus(bad.StatusCode).ExecuteAsync(context);
                break;
            case StoreUnavailableException unavailable:
                LogUnavailable(logger, unavailable);
                await Problem.Unavailable("The database is not available.").ExecuteAsync(context);
                break;
            default:
                LogFailed(logger, fault);
                await Problem.Failed().ExecuteAsync(context);
                break;
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "The store is not available")]
    private static partial void LogUnavailable(ILogger logger, Exception fault);

    [LoggerMessage(Level = LogLevel.Error, Message = "A request failed")]
    private static partial void LogFailed(ILogger logger, Exception fault);
}

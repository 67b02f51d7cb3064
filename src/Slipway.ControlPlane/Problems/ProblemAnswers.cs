using System.Text.Json;
using Slipway.ControlPlane.Hosting;

namespace Slipway.ControlPlane.Problems;

/// <summary>Sees to it that every answer from 400 on is a problem with a code and a remedy, whoever made it.</summary>
/// <param name="log">Where our own faults are told.</param>
internal sealed class ProblemAnswers(ILogger<ProblemAnswers> log)
{
    /// <summary>Runs the rest, then fills in what it left without words.</summary>
    public async Task Invoke(HttpContext context, RequestDelegate next)
    {
        Refusal? refusal;
        try
        {
            await next(context);
            refusal = context.Response is { StatusCode: >= 400, HasStarted: false, ContentType: null } ? OfStatus(context) : null;
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The caller is gone; there is nobody to tell.
            refusal = null;
        }
        catch (Exception fault)
        {
            refusal = OfFault(context, fault);
            if (refusal.StatusCode == 500)
                log.RequestFailed(context.Request.Method, context.Request.Path, fault);
            if (context.Response.HasStarted)
                throw;
        }
        if (refusal is null || context.Response.HasStarted)
            return;
        await refusal.ExecuteAsync(context);
    }

    private static Refusal OfStatus(HttpContext context) => context.Response.StatusCode switch
    {
        404 => Refusals.NoSuchPath(context.Request.Path),
        405 => Refusals.MethodNotAllowed(context.Request.Method, context.Request.Path),
        413 => Refusals.TooLarge(),
        415 => Refusals.NotJson(),
        400 => Refusals.Malformed("The request cannot be read."),
        504 => Refusals.TimedOut(),
        var status => Refusals.Other(status),
    };

    private static Refusal OfFault(HttpContext context, Exception fault) => fault switch
    {
        BadHttpRequestException { StatusCode: 413 } => Refusals.TooLarge(),
        BadHttpRequestException { StatusCode: 415 } => Refusals.NotJson(),
        BadHttpRequestException { InnerException: JsonException json } => Refusals.Malformed(Explain(json)),
        BadHttpRequestException bad => Refusals.Malformed(bad.Message),
        _ => Refusals.Bug(),
    };

    // The line and the position of System.Text.Json count from 0, editors count from 1.
    private static string Explain(JsonException fault)
    {
        var at = fault.LineNumber is { } line ? $"line {line + 1}, column {(fault.BytePositionInLine ?? 0) + 1}" : "its end";
        var path = string.IsNullOrEmpty(fault.Path) || fault.Path == "$" ? "" : $" ({fault.Path})";
        var message = fault.Message.Split(" Path: ")[0].Split(" LineNumber: ")[0].TrimEnd('.');
        return $"The body is not what is expected at {at}{path}: {message}.";
    }
}

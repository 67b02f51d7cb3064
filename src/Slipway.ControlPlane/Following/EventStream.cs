using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Http.Timeouts;

namespace Slipway.ControlPlane.Following;

/// <summary>One server-sent event.</summary>
/// <typeparam name="T">What it carries.</typeparam>
/// <param name="Id">Its id, by which a follower goes on after a break; null for none.</param>
/// <param name="Value">What it carries.</param>
internal readonly record struct StreamItem<T>(long? Id, T Value);

/// <summary>
/// Answers with server-sent events (WHATWG HTML, section 9.2), one JSON value each, until the items end, the caller goes or
/// the control plane ends. A comment now and then keeps idle connections open and finds dead ones.
/// </summary>
/// <typeparam name="T">What the events carry.</typeparam>
/// <param name="items">Made for this follower; it is asked for the next only once the last has been written.</param>
/// <param name="type">How a value is written.</param>
/// <param name="skipRepeats">Whether a value that reads as the one before is left out.</param>
internal sealed class EventStream<T>(
    Func<CancellationToken, IAsyncEnumerable<StreamItem<T>>> items, JsonTypeInfo<T> type, bool skipRepeats = false)
    : IResult, IEndpointMetadataProvider
{
    /// <summary>How long the stream may be silent.</summary>
    public TimeSpan SilenceMax { get; init; } = TimeSpan.FromSeconds(10);

    /// <inheritdoc/>
    public static void PopulateMetadata(MethodInfo method, EndpointBuilder builder)
    {
        builder.Metadata.Add(new ProducesResponseTypeMetadata(StatusCodes.Status200OK, typeof(T), ["text/event-stream"]));
        builder.Metadata.Add(new DisableRequestTimeoutAttribute());
    }

    /// <inheritdoc/>
    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var services = httpContext.RequestServices;
        using var place = services.GetRequiredService<FollowerPlaces>().TryTake();
        if (place is null)
        {
            await Problems.Refusals.TooManyFollowers(FollowerPlaces.Most).ExecuteAsync(httpContext);
            return;
        }
        var stopping = services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(httpContext.RequestAborted, stopping);
        httpContext.Response.ContentType = "text/event-stream";
        try
        {
            await httpContext.Response.StartAsync(ending.Token);
            await Write(httpContext.Response, ending.Token);
        }
        catch (OperationCanceledException) when (ending.IsCancellationRequested)
        {
            // Either side ends the stream whenever it likes.
        }
    }

    private async Task Write(HttpResponse response, CancellationToken cancellation)
    {
        // Headers go out at once, so that a follower knows it is connected before anything happens.
        await response.Body.FlushAsync(cancellation);
        byte[]? written = null;
        var writtenAt = Stopwatch.GetTimestamp();
        using var leaving = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        await using var enumerator = items(leaving.Token).GetAsyncEnumerator(leaving.Token);
        while (true)
        {
            var next = enumerator.MoveNextAsync().AsTask();
            try
            {
                await KeepAliveUntil(next, response, cancellation);
                if (!await next)
                    return;
            }
            catch
            {
                // An enumerator may be disposed of only when it is not moving.
                await leaving.CancelAsync();
                await next.ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
                throw;
            }
            var json = JsonSerializer.SerializeToUtf8Bytes(enumerator.Current.Value, type);
            if (skipRepeats && written is not null && json.AsSpan().SequenceEqual(written))
            {
                // Repeats may come often; who follows hears nothing of them, and must hear something.
                if (Stopwatch.GetElapsedTime(writtenAt) < SilenceMax)
                    continue;
                await WriteComment(response, cancellation);
            }
            else
            {
                await WriteEvent(response, enumerator.Current.Id, json, cancellation);
                written = json;
            }
            writtenAt = Stopwatch.GetTimestamp();
        }
    }

    private async Task KeepAliveUntil(Task next, HttpResponse response, CancellationToken cancellation)
    {
        while (!next.IsCompleted)
        {
            using var silence = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            if (await Task.WhenAny(next, Task.Delay(SilenceMax, silence.Token)) != next)
            {
                cancellation.ThrowIfCancellationRequested();
                await WriteComment(response, cancellation);
            }
            await silence.CancelAsync();
        }
    }

    private static async Task WriteComment(HttpResponse response, CancellationToken cancellation)
    {
        await response.Body.WriteAsync(":\n\n"u8.ToArray(), cancellation);
        await response.Body.FlushAsync(cancellation);
    }

    private static async Task WriteEvent(HttpResponse response, long? id, byte[] json, CancellationToken cancellation)
    {
        if (id is { } number)
            await response.WriteAsync(string.Create(CultureInfo.InvariantCulture, $"id: {number}\n"), cancellation);
        await response.WriteAsync("data: ", cancellation);
        await response.Body.WriteAsync(json, cancellation);
        await response.WriteAsync("\n\n", cancellation);
        await response.Body.FlushAsync(cancellation);
    }
}

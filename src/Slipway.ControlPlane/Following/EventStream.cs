using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

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
internal sealed class EventStream<T>(Func<CancellationToken, IAsyncEnumerable<StreamItem<T>>> items, JsonTypeInfo<T> type) : IResult
{
    /// <summary>How long the stream may be silent.</summary>
    private static readonly TimeSpan SilenceMax = TimeSpan.FromSeconds(10);

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
            await WriteItem(response, enumerator.Current, cancellation);
        }
    }

    private static async Task KeepAliveUntil(Task next, HttpResponse response, CancellationToken cancellation)
    {
        while (!next.IsCompleted)
        {
            using var silence = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            if (await Task.WhenAny(next, Task.Delay(SilenceMax, silence.Token)) != next)
            {
                cancellation.ThrowIfCancellationRequested();
                await response.Body.WriteAsync(":\n\n"u8.ToArray(), cancellation);
                await response.Body.FlushAsync(cancellation);
            }
            await silence.CancelAsync();
        }
    }

    private async Task WriteItem(HttpResponse response, StreamItem<T> item, CancellationToken cancellation)
    {
        if (item.Id is { } id)
            await response.WriteAsync(string.Create(CultureInfo.InvariantCulture, $"id: {id}\n"), cancellation);
        await response.WriteAsync("data: ", cancellation);
        await response.Body.WriteAsync(JsonSerializer.SerializeToUtf8Bytes(item.Value, type), cancellation);
        await response.WriteAsync("\n\n", cancellation);
        await response.Body.FlushAsync(cancellation);
    }
}

using System.Diagnostics;

namespace Courier.Messages;

/// <summary>What ties log lines, queue and deliveries to the request that caused them.</summary>
/// <param name="RequestId">The caller's <c>X-Request-Id</c>, or one made here; printable ASCII, at most 128 characters.</param>
/// <param name="TraceId">The W3C trace, 32 hexadecimal digits.</param>
public sealed record Correlation(string RequestId, string TraceId)
{
    private static readonly AsyncLocal<Correlation?> _current = new();

    /// <summary>The one that log lines of this flow of control carry; null outside a request or a delivery.</summary>
    public static Correlation? Current
    {
        get => _current.Value;
        set => _current.Value = value;
    }

    /// <summary>The <c>traceparent</c> of a new span in this trace.</summary>
    public string NewTraceParent() => $"00-{TraceId}-{ActivitySpanId.CreateRandom().ToHexString()}-01";

    /// <summary>Takes what the caller sent where it is well formed, and makes the rest.</summary>
    public static Correlation From(string? requestId, string? traceParent)
    {
        var traceId = ActivityContext.TryParse(traceParent, null, out var context)
            ? context.TraceId.ToHexString()
            : ActivityTraceId.CreateRandom().ToHexString();
        return new(IsPrintable(requestId) ? requestId! : traceId, traceId);
    }

    private static bool IsPrintable(string? text)
        => text is { Length: > 0 and <= 128 } && !text.AsSpan().ContainsAnyExceptInRange('!', '~');
}

using System.Diagnostics;
using System.Text;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using Slipway.Gateway.Forwarding;
using Slipway.Gateway.Hosting;
using Slipway.Gateway.Http;

namespace Slipway.Gateway.Tracing;

/// <summary>
/// Writes spans of a share of the requests down and sends them to a collector (OTLP over HTTP), in batches and on a thread of its own. A trace
/// that a listed proxy has begun is kept or left as that proxy says; nobody else decides how much we write.
/// </summary>
internal sealed class Traces : IDisposable
{
    private readonly ActivitySource _source = new("Slipway.Gateway");
    private readonly TracerProvider _provider;
    private readonly double _share;

    /// <summary>Begins.</summary>
    /// <param name="collector">Where the collector takes spans, such as <c>http://127.0.0.1:4318/v1/traces</c>.</param>
    /// <param name="share">How many of the requests; above 0 to 1.</param>
    /// <param name="log">Is told when the collector takes no spans, and when it does again.</param>
    public Traces(Uri collector, double share, GatewayLog log)
    {
        _share = share;
        // Which requests are written down is decided before a span is made: one that is made is kept.
        _provider = Sdk.CreateTracerProviderBuilder()
            .AddSource(_source.Name)
            .SetSampler(new AlwaysOnSampler())
            .SetResourceBuilder(ResourceBuilder.CreateEmpty().AddService("slipway-gateway"))
            .AddProcessor(new BatchActivityExportProcessor(new SpanExporter(new() { Endpoint = collector, Protocol = OtlpExportProtocol.HttpProtobuf }, log)))
            .Build();
    }

    /// <summary>The span of a request that begins; null for one that is not of the share.</summary>
    /// <param name="traceParent">What the client says of its trace; may be empty.</param>
    /// <param name="isTrusted">Whether the client is a listed proxy.</param>
    public Activity? Begin(ReadOnlySpan<byte> traceParent, bool isTrusted)
    {
        var isSound = TraceContext.IsSound(traceParent);
        var isWanted = isSound && isTrusted ? traceParent[^1] is (byte)'1' : _share >= 1 || Random.Shared.NextDouble() < _share;
        if (!isWanted)
            return null;
        var parent = isSound && ActivityContext.TryParse(Encoding.ASCII.GetString(traceParent), null, isRemote: true, out var context) ? context : default;
        var span = _source.StartActivity("request", ActivityKind.Server, parent);
        // It belongs to the request and to no thread: engines carry many requests in turn.
        Activity.Current = null;
        return span;
    }

    /// <summary>Ends a span with what became of its request (OpenTelemetry's semantic conventions for HTTP).</summary>
    public static void End(Activity span, AccessEntry entry, AccessOutcome outcome)
    {
        span.DisplayName = outcome.Route is { } route ? $"{entry.Method} {route}" : entry.Method;
        span.SetTag("http.request.method", entry.Method);
        span.SetTag("url.path", entry.Path);
        span.SetTag("url.scheme", entry.IsSecure ? "https" : "http");
        span.SetTag("server.address", entry.Host);
        span.SetTag("client.address", entry.Client);
        span.SetTag("http.route", outcome.Route);
        span.SetTag("slipway.request_id", entry.RequestId);
        span.SetTag("slipway.service", outcome.Service);
        span.SetTag("slipway.release", outcome.Release);
        span.SetTag("slipway.instance", outcome.Instance);
        if (outcome.Status > 0)
            span.SetTag("http.response.status_code", outcome.Status);
        if (outcome.CallCode is { } code)
            span.SetTag("rpc.grpc.status_code", code);
        if (outcome.Status is 0 or >= 500 || GrpcStatus.ToHttp(outcome.CallCode ?? 0) >= 500)
            span.SetStatus(ActivityStatusCode.Error);
        span.Stop();
    }

    /// <summary>Sends what is left, for some seconds at most.</summary>
    public void Dispose()
    {
        _provider.Dispose();
        _source.Dispose();
    }
}

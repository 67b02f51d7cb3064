using System.Diagnostics;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using Slipway.Gateway.Hosting;

namespace Slipway.Gateway.Tracing;

/// <summary>Sends spans to a collector, and says when it begins to fail and when it works again: spans that are missed must not be looked for in vain.</summary>
/// <param name="options">Where it is.</param>
/// <param name="log">Where that is said.</param>
internal sealed class SpanExporter(OtlpExporterOptions options, GatewayLog log) : OtlpTraceExporter(options)
{
    // Without what may stand before its host, which is a secret.
    private readonly string _collector = options.Endpoint.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped);
    private long _lost;

    /// <inheritdoc/>
    public override ExportResult Export(in Batch<Activity> batch)
    {
        var count = batch.Count;
        var result = base.Export(batch);
        if (result == ExportResult.Failure)
        {
            if (_lost == 0)
                log.Warn("the collector takes no spans; those of meanwhile are lost", ("collector", _collector));
            _lost += count;
        }
        else if (_lost > 0)
        {
            log.Info("the collector takes spans again", ("collector", _collector), ("lost", $"{_lost}"));
            _lost = 0;
        }
        return result;
    }
}

using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;
using Slipway.Core.Manifests;
using Slipway.Targets.Processes.Health;
using Slipway.Targets.Processes.Usages;

namespace Slipway.Targets.Tests.Processes;

/// <summary>A service that speaks HTTP/2 and nothing else is asked in it.</summary>
public sealed class Http2CheckTests : IAsyncLifetime
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);
    private readonly WebApplication _server = Server();
    private int _port;

    public async ValueTask InitializeAsync()
    {
        await _server.StartAsync();
        _port = new Uri(_server.Urls.Single()).Port;
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task Checks_ask_in_the_protocol_of_the_service()
    {
        Assert.Equal(new(true, "GET /health answered 204"), await ProbeClient.Get(_port, "/health", ServiceProtocol.Http2, s_patience, default));
        Assert.Equal(new(false, "GET /none answered 404"), await ProbeClient.Get(_port, "/none", ServiceProtocol.Http2, s_patience, default));
        Assert.False((await ProbeClient.Get(_port, "/health", ServiceProtocol.Http1, s_patience, default)).Passed);
    }

    [Fact]
    public async Task Its_metrics_are_asked_for_in_it_too()
    {
        var (metrics, _) = await MetricsScrape.Ask(_port, ServiceProtocol.Http2, ["calls_total"], TimeProvider.System, default);
        Assert.Null(metrics.Trouble);
        Assert.Equal(7, Assert.Single(metrics.Samples).Value);
    }

    [Fact]
    public async Task That_nobody_listens_is_known_for_what_it_is()
    {
        await _server.StopAsync();
        Assert.Equal(new(false, "GET /health failed: nothing listens there", Refused: true), await ProbeClient.Get(_port, "/health", ServiceProtocol.Http2, s_patience, default));
    }

    private static WebApplication Server()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.ConfigureEndpointDefaults(listen => listen.Protocols = HttpProtocols.Http2)).UseUrls("http://127.0.0.1:0");
        var server = builder.Build();
        server.Run(static context =>
        {
            context.Response.StatusCode = context.Request.Path.Value switch { "/health" => 204, "/metrics" => 200, _ => 404 };
            return context.Response.StatusCode == 200 ? Microsoft.AspNetCore.Http.HttpResponseWritingExtensions.WriteAsync(context.Response, "calls_total 7\n") : Task.CompletedTask;
        });
        return server;
    }
}

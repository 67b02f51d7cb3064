using System.Text.Json;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Slipway.ControlPlane.Callers;
using Slipway.ControlPlane.Environments;
using Slipway.ControlPlane.Following;
using Slipway.ControlPlane.OpenApi;
using Slipway.ControlPlane.Problems;
using Slipway.ControlPlane.Standby;
using Slipway.ControlPlane.Telemetry;
using Slipway.Core.Api;

namespace Slipway.ControlPlane.Hosting;

/// <summary>Puts the HTTP server together.</summary>
internal static class ControlPlaneServer
{
    /// <summary>The longest body, in bytes: manifests are read from disk, so requests are small.</summary>
    private const long BodyBytesMax = 1 << 20;

    /// <summary>The server, not started.</summary>
    public static WebApplication Build(ServerAddresses addresses, ControlPlaneParts parts, ILoggerFactory logging, TimeProvider clock)
    {
        var builder = Builder(addresses);
        builder.Services.AddApiDocument();
        builder.Services.AddSingleton(logging).AddSingleton(clock).AddSingleton(parts.Identity).AddSingleton(parts.Engine)
            .AddSingleton(parts.Start).AddSingleton(parts.Journal).AddSingleton(parts.Ports.Target).AddSingleton(parts.Ports.Secrets).AddSingleton(parts.Ports.Redactor)
            .AddSingleton(new Home(parts.Identity.HomeFolder)).AddSingleton<EnvironmentEnding>()
            .AddHostedService<IdleMemory>().AddSingleton<Metrics>().AddSingleton<FollowerPlaces>().AddSingleton<ProblemAnswers>();
        var app = builder.Build();
        app.UseRouting();
        app.Use(app.Services.GetRequiredService<ProblemAnswers>().Invoke);
        app.Use(new CallerCheck(addresses.Token, ControlPlaneIdentity.Version).Invoke);
        app.UseRequestTimeouts();
        app.Use(new LeaderCheck(parts.Leads).Invoke);
        app.Use(parts.Start.Invoke);
        ApiMap.Map(app);
        return app;
    }

    /// <summary>The server of a standby, not started.</summary>
    public static WebApplication Build(ServerAddresses addresses, StandbyView view, ILoggerFactory logging, TimeProvider clock)
    {
        var builder = Builder(addresses);
        builder.Services.AddSingleton(logging).AddSingleton(clock).AddSingleton<FollowerPlaces>().AddSingleton<ProblemAnswers>();
        var app = builder.Build();
        app.UseRouting();
        app.Use(app.Services.GetRequiredService<ProblemAnswers>().Invoke);
        app.Use(new CallerCheck(addresses.Token, ControlPlaneIdentity.Version).Invoke);
        app.UseRequestTimeouts();
        StandbyEndpoints.Map(app, view);
        return app;
    }

    private static WebApplicationBuilder Builder(ServerAddresses addresses)
    {
        // The empty builder: no settings file of the folder we happen to be started in may have a say here.
        var builder = WebApplication.CreateEmptyBuilder(new() { ContentRootPath = AppContext.BaseDirectory, EnvironmentName = "Production" });
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(3));
        builder.Services.Configure<RouteHandlerOptions>(routes => routes.ThrowOnBadRequest = true);
        builder.Services.Configure<SocketTransportOptions>(sockets => sockets.CreateBoundListenSocket = ControlSocket.Bind);
        builder.Services.ConfigureHttpJsonOptions(json => UseApiJson(json.SerializerOptions));
        builder.Services.AddRoutingCore();
        builder.Services.AddRequestTimeouts(timeouts => timeouts.DefaultPolicy = new() { Timeout = TimeSpan.FromSeconds(30) });
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => Listen(kestrel, addresses));
        return builder;
    }

    /// <summary>Makes options write and read what <see cref="ApiJson"/> does.</summary>
    internal static void UseApiJson(JsonSerializerOptions options)
    {
        var model = ApiJson.Default.Options;
        options.TypeInfoResolverChain.Insert(0, ApiJson.Default);
        options.PropertyNamingPolicy = model.PropertyNamingPolicy;
        options.PropertyNameCaseInsensitive = false;
        options.NumberHandling = model.NumberHandling;
        options.DefaultIgnoreCondition = model.DefaultIgnoreCondition;
        foreach (var converter in model.Converters)
            options.Converters.Add(converter);
    }

    private static void Listen(KestrelServerOptions kestrel, ServerAddresses addresses)
    {
        kestrel.AddServerHeader = false;
        var limits = kestrel.Limits;
        limits.MaxRequestBodySize = BodyBytesMax;
        limits.MaxRequestHeadersTotalSize = 16 << 10;
        limits.MaxRequestHeaderCount = 50;
        limits.MaxRequestLineSize = 4 << 10;
        limits.MaxConcurrentConnections = 256;
        limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);
        limits.KeepAliveTimeout = TimeSpan.FromMinutes(2);
        kestrel.ListenUnixSocket(addresses.SocketPath, socket => socket.Protocols = HttpProtocols.Http1);
        if (addresses.Loopback is { } loopback)
            kestrel.Listen(loopback, tcp => tcp.Protocols = HttpProtocols.Http1);
    }
}

using Courier.Messages;
using Courier.Messages.Sqlite;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;

namespace Courier.Operations;

/// <summary>What the three programs have in common: settings, log, store, probes and an orderly end.</summary>
public static class CourierProcess
{
    private const int WrongSettings = 2;
    private const int CannotListen = 3;

    // The largest request: a full body, escaped, and what surrounds it.
    private const long RequestBytesMax = 2L * MessageBody.BytesMax;

    /// <summary>Runs one of the programs until it is asked to stop.</summary>
    /// <param name="service">Its name.</param>
    /// <param name="port">Where it listens when <c>PORT</c> is not set.</param>
    /// <param name="addServices">Registers what only this program needs.</param>
    /// <param name="map">Maps what only this program answers.</param>
    /// <returns>The exit code: 0, 2 for wrong settings, 3 when it cannot listen.</returns>
    public static async Task<int> RunAsync(
        string service, int port, Action<IServiceCollection> addServices, Action<WebApplication> map)
    {
        var settings = CourierSettings.Read(new ConfigurationBuilder().AddEnvironmentVariables().Build(), service, port, out var faults);
        if (faults.Count > 0)
        {
            await Console.Error.WriteLineAsync($"courier {service}: the settings cannot be used.");
            foreach (var fault in faults)
                await Console.Error.WriteLineAsync("  " + fault);
            return WrongSettings;
        }

        await using var app = Build(settings, addServices);
        app.UseMiddleware<RequestRecorder>();
        app.MapOperations();
        map(app);
        app.Services.GetRequiredService<FaultInjector>().Start(takesCalls: service == "api");
        try
        {
            await app.StartAsync();
        }
        catch (IOException fault)
        {
            await Console.Error.WriteLineAsync($"courier {service}: {fault.Message}");
            return CannotListen;
        }

        ProcessLog.Started(app.Logger, string.Join(' ', app.Urls), settings.Database);
        await app.WaitForShutdownAsync();
        ProcessLog.Stopped(app.Logger);
        return 0;
    }

    private static WebApplication Build(CourierSettings settings, Action<IServiceCollection> addServices)
    {
        // The empty builder reads no files, watches none and registers nothing that is not used: it starts quickest.
        var builder = WebApplication.CreateEmptyBuilder(new() { ApplicationName = "courier-" + settings.Identity.Service });
        builder.Logging.AddProvider(new JsonLoggerProvider(settings.Identity, settings.LogLevel, Console.OpenStandardOutput()));
        builder.Logging.SetMinimumLevel(settings.LogLevel);
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = RequestBytesMax;
            kestrel.Listen(settings.Host, settings.Port);
        });
        builder.Services.AddRoutingCore();
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = settings.Drain + TimeSpan.FromSeconds(2));
        builder.Services.AddSingleton(settings);
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton<Metrics>();
        builder.Services.AddSingleton<Readiness>();
        builder.Services.AddSingleton(services => new FaultInjector(
            settings.Fault, services.GetRequiredService<ILogger<FaultInjector>>()));
        AddStore(builder.Services, settings);
        addServices(builder.Services);
        var app = builder.Build();
        AddGauges(app.Services.GetRequiredService<Metrics>(), app.Services);
        return app;
    }

    private static void AddStore(IServiceCollection services, CourierSettings settings)
    {
        services.AddSingleton(provider =>
        {
            var faults = provider.GetRequiredService<FaultInjector>();
            return new SqliteFile(settings.Database, () => faults.Outage);
        });
        services.AddSingleton<IMessageStore, SqliteMessageStore>();
        services.AddSingleton<IDeliveryQueue, SqliteDeliveryQueue>();
        services.AddSingleton<IRecurringStore, SqliteRecurringStore>();
        services.AddSingleton(provider => new Dependency("database", provider.GetRequiredService<IMessageStore>().PingAsync));
    }

    private static void AddGauges(Metrics metrics, IServiceProvider services)
    {
        var file = services.GetRequiredService<SqliteFile>();
        var queue = services.GetRequiredService<IDeliveryQueue>();
        metrics.Gauge("db_client_connection_count", "Connections to the database.", "state=\"used\"", () => file.ConnectionsUsed);
        metrics.Gauge("db_client_connection_max", "The most connections to the database.", "", () => SqliteFile.ConnectionsMax);
        metrics.Gauge("courier_queue_depth", "Deliveries by state.", async cancellation =>
        {
            var depth = await queue.DepthAsync(cancellation);
            return
            [
                new("state=\"due\"", depth.Due), new("state=\"waiting\"", depth.Waiting),
                new("state=\"taken\"", depth.Taken), new("state=\"dead\"", depth.Dead),
            ];
        });
        metrics.Gauge("process_resident_memory_bytes", "Resident memory.", "", () => Environment.WorkingSet);
        metrics.Gauge(
            "process_cpu_seconds_total", "Processor time used.", "", () => Environment.CpuUsage.TotalTime.TotalSeconds, "counter");
        var started = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        metrics.Gauge("process_start_time_seconds", "When the process started.", "", () => started);
    }
}

internal static partial class ProcessLog
{
    [LoggerMessage(Level = LogLevel.Information, Message = "Listening on {Urls}, database {Database}")]
    public static partial void Started(ILogger logger, string urls, string database);

    [LoggerMessage(Level = LogLevel.Information, Message = "Stopped")]
    public static partial void Stopped(ILogger logger);
}

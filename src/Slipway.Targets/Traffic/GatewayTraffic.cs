using System.Collections.Concurrent;
using System.Net;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Slipway.Core.Manifests;
using Slipway.Core.Routing;
using Slipway.Core.Telemetry;
using Slipway.Releases.Ports;

namespace Slipway.Targets.Traffic;

/// <summary>Runs one <c>slipway-gateway</c> for each environment and speaks to it over its admin socket. The gateways outlive it.</summary>
/// <param name="options">How to work.</param>
/// <param name="clock">The time; the system's unless given.</param>
/// <param name="logger">Where notices go, such as that a gateway had to be started again.</param>
public sealed class GatewayTraffic(GatewayTrafficOptions options, TimeProvider? clock = null, ILogger<GatewayTraffic>? logger = null)
    : ITraffic, IAsyncDisposable
{
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(50);
    private readonly ConcurrentDictionary<EnvironmentName, Lazy<GatewayKeeper>> _keepers = new();
    private readonly ConcurrentDictionary<EnvironmentName, FenceFile> _fences = new();
    private readonly TimeProvider _clock = clock ?? TimeProvider.System;
    private readonly ILogger _logger = logger ?? NullLogger<GatewayTraffic>.Instance;

    /// <inheritdoc/>
    public async Task<Uri> Ensure(EnvironmentName environment, GatewayListener listener, FencingToken token, CancellationToken cancellation)
    {
        Pass(environment, token);
        try
        {
            return await Of(environment).Ensure(listener, cancellation);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new TrafficException($"The gateway of {environment} could not be started: {e.Message}", e);
        }
    }

    /// <inheritdoc/>
    public async Task Apply(EnvironmentName environment, RouteTable table, CancellationToken cancellation)
    {
        var keeper = Of(environment);
        var since = _clock.GetTimestamp();
        while (true)
        {
            try
            {
                var client = keeper.Client ?? throw new TrafficException($"No gateway runs in {environment}.");
                var (status, refusal) = await client.Put(table, cancellation);
                Judge(environment, table, status, refusal);
                return;
            }
            catch (Exception e) when (e is HttpRequestException or IOException || (e is TaskCanceledException && !cancellation.IsCancellationRequested))
            {
                // It may be on its way back up; to put the same table again is no fault.
                if (_clock.GetElapsedTime(since) > options.AwayMax)
                    throw new TrafficException($"The gateway of {environment} cannot be reached: {e.Message}", e);
                await Task.Delay(s_look, _clock, cancellation);
            }
        }
    }

    /// <inheritdoc/>
    public async Task<TrafficReading?> Read(EnvironmentName environment, CancellationToken cancellation)
    {
        try
        {
            return Of(environment).Client is { } client ? await client.Read(cancellation) : null;
        }
        catch (Exception e) when (e is HttpRequestException or IOException || (e is TaskCanceledException && !cancellation.IsCancellationRequested))
        {
            return null;
        }
    }

    /// <inheritdoc/>
    public Task<TrafficInspection> Inspect(EnvironmentName environment, CancellationToken cancellation)
        => new GatewayLook(new(options.Home.Gateway(environment)), Of(environment).Running).Take(cancellation);

    /// <inheritdoc/>
    public async Task Remove(EnvironmentName environment, FencingToken token, CancellationToken cancellation)
    {
        Pass(environment, token);
        await Of(environment).Remove();
    }

    /// <summary>Ends the watching only. All gateways run on.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var keeper in _keepers.Values)
            await keeper.Value.DisposeAsync();
    }

    private static void Judge(EnvironmentName environment, RouteTable table, HttpStatusCode status, TableRefusal? refusal)
    {
        if (status == HttpStatusCode.OK)
            return;
        if (refusal is { } stale && stale.Fence > table.Fence)
            throw new StaleFencingTokenException(new(table.Fence), new(stale.Fence));
        var faults = refusal is { Faults.IsDefaultOrEmpty: false }
            ? " " + string.Join("; ", refusal.Faults.Take(5).Select(fault => $"{fault.At}: {fault.Message}"))
            : "";
        throw new TrafficException($"The gateway of {environment} refused the route table {table.Version}: {refusal?.Reason ?? $"it answered {(int)status}"}{faults}")
        {
            IsRefusal = true,
        };
    }

    private void Pass(EnvironmentName environment, FencingToken token)
        => Fence(environment).Pass(token);

    private FenceFile Fence(EnvironmentName environment)
        => _fences.GetOrAdd(environment, name => new(Path.Combine(options.Home.Environment(name), "fence")));

    private GatewayKeeper Of(EnvironmentName environment)
        => _keepers.GetOrAdd(environment, name => new(() => new GatewayKeeper(options, name, Fence(name), _clock, _logger))).Value;
}

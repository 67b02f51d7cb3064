using Slipway.Core.Routing;

namespace Slipway.Gateway.Tests;

/// <summary>One gateway for the tests of a class, which run one after another and each put a table of their own.</summary>
public sealed class SharedGateway : IAsyncLifetime
{
    private static int s_releases;
    private GatewayProcess? _gateway;

    internal GatewayProcess Gateway => _gateway!;

    internal int Port => Gateway.Port;

    /// <summary>The id of a release that no other test counts for.</summary>
    internal static string NewRelease() => $"{Interlocked.Increment(ref s_releases):x12}";

    public async ValueTask InitializeAsync()
        => _gateway = await GatewayProcess.Start(null, "--header-deadline", "2s", "--idle-deadline", "60s", "--body-deadline", "2s");

    public ValueTask DisposeAsync() => Gateway.DisposeAsync();

    /// <summary>Routes everything to one backend; gives the release that it counts as.</summary>
    internal async Task<string> RouteTo(RawBackend backend, TimeSpan? timeout = null)
    {
        var release = NewRelease();
        await Gateway.Put(Tables.Service("web", Tables.Route(timeout: timeout), Tables.Release(release, 1, backend.Port)));
        return release;
    }

    internal Task Put(params RoutedService[] services) => Gateway.Put(services);
}

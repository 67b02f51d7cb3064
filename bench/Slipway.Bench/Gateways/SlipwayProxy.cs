using Slipway.Core.Manifests;
using Slipway.Core.Routing;

namespace Slipway.Bench.Gateways;

/// <summary>Our own gateway, serving a table from its disk as it does when it starts alone.</summary>
internal static class SlipwayProxy
{
    public static Task<Proxy> Start(string folder, int port, int origin, CancellationToken stop)
    {
        var home = Path.Combine(folder, "slipway");
        Directory.CreateDirectory(home);
        File.WriteAllBytes(Path.Combine(home, "table.json"), TableFile.Write(Table(origin)));
        return Proxy.Start("Slipway", port, [Path.Combine(Repository.Root, "out", "slipway-gateway"), "--listen", $"127.0.0.1:{port}", "--home", home], null, stop);
    }

    // 90 to 10, so that the choice of a release is part of every request.
    private static RouteTable Table(int origin)
    {
        var endpoint = (string instance, int port) => new Endpoint(Named<InstanceId>(instance), "127.0.0.1", port);
        return new()
        {
            Version = 1,
            Fence = 1,
            Services =
            [
                new(Named<ServiceName>("web"), [new(null, "/", false, false, TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(60))],
                [
                    new(Named<ReleaseId>("aaaaaaaaaaaa"), 90, [endpoint("web-aaaaaaaaaaaa-1", origin)]),
                    new(Named<ReleaseId>("bbbbbbbbbbbb"), 10, [endpoint("web-bbbbbbbbbbbb-1", origin + Origin.Second)]),
                ]),
            ],
        };
    }

    private static T Named<T>(string text)
        where T : struct, IName<T>
        => T.TryParse(text, out var name) ? name : throw new InvalidOperationException($"'{text}' is no name.");
}

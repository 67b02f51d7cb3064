using System.Collections.Immutable;
using Slipway.Core.Manifests;
using Slipway.Core.Settings;
using Slipway.Releases.Planning;
using Slipway.Simulation;

namespace Slipway.Releases.Tests.Rollouts;

public sealed class ReleaseIdentityTests
{
    private static readonly Release Shop = new()
    {
        Id = default,
        Application = Scenes.Name<ApplicationName>("shop"),
        Version = "1",
        Stamp = new("unknown", DateTimeOffset.UnixEpoch),
        Services =
        [
            new(Scenes.Service("api"), World.Digest("api"),
                ImmutableSortedDictionary<string, string>.Empty.Add("A", "1").Add("B", "2"),
                ImmutableSortedDictionary<string, SecretVersion>.Empty.Add("KEY", new("home", "KEY", 1))),
        ],
    };

    [Fact]
    public void Neither_the_id_nor_the_stamp_is_part_of_it()
        => Assert.Equal(ReleaseIdentity.Of(Shop), ReleaseIdentity.Of(Shop with { Id = Scenes.Name<ReleaseId>("aaaaaaaaaaaa"), Stamp = new("x", DateTimeOffset.MaxValue) }));

    [Fact]
    public void Everything_else_is_part_of_it()
    {
        var api = Shop.Services[0];
        Release[] others =
        [
            Shop with { Version = "2" },
            Shop with { Application = Scenes.Name<ApplicationName>("store") },
            Shop with { Services = [] },
            Shop with { Services = [api with { Artefact = World.Digest("other") }] },
            Shop with { Services = [api with { Artefact = null }] },
            Shop with { Services = [api with { Settings = api.Settings.SetItem("A", "2") }] },
            Shop with { Services = [api with { Secrets = api.Secrets.SetItem("KEY", new("home", "KEY", 2)) }] },
            Shop with { Services = [api with { Service = Scenes.Service("api", replicas: 3) }] },
            Shop with { Services = [api with { Service = Scenes.Service("api", route: "/v2") }] },
            Shop with { Services = [api with { Service = Scenes.Service("api") with { Protocol = ServiceProtocol.Http2 } }] },
        ];
        Assert.Equal(others.Length + 1, others.Append(Shop).Select(release => ReleaseIdentity.Of(release)).Distinct().Count());
    }
}

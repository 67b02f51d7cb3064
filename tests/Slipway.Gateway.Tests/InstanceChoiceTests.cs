using System.Collections.Immutable;
using Slipway.Core.Manifests;
using Slipway.Core.Routing;
using Slipway.Gateway.Balancing;

namespace Slipway.Gateway.Tests;

public sealed class InstanceChoiceTests
{
    private const int Slow = 400_000;
    private const int Fast = 10_000;

    [Fact]
    public void One_that_joins_others_takes_part_more_and_more()
    {
        var release = Release(new(null, 0, TimeSpan.Zero, TimeSpan.FromSeconds(10)), 0, 0, 100_000);
        Assert.InRange(PartOfLast(release, 100_000), 0.01, 0.08);
        Assert.InRange(PartOfLast(release, 105_000), 0.10, 0.24);
        Assert.InRange(PartOfLast(release, 110_000), 0.32, 0.35);
    }

    [Theory]
    [InlineData(10, 99_000)]
    [InlineData(0, 0)]
    public void Of_those_that_are_all_new_and_without_a_slow_start_none_is_spared(int seconds, long others)
        => Assert.InRange(PartOfLast(Release(new(null, 0, TimeSpan.Zero, TimeSpan.FromSeconds(seconds)), others, others, 100_000), 100_000), 0.32, 0.35);

    [Fact]
    public void One_that_is_new_is_chosen_all_the_same_when_there_is_no_other()
    {
        var release = Release(new(1, 0, TimeSpan.Zero, TimeSpan.FromSeconds(10)), 0, 100_000);
        Assert.NotNull(release.Take(null, 100_000));
        Assert.NotNull(release.Take(null, 100_000));
        Assert.Null(release.Take(null, 100_000));
    }

    [Fact]
    public void One_that_is_far_slower_than_its_siblings_is_put_aside_for_a_while()
    {
        var endpoints = Endpoints(Fast, Fast, Slow);
        Assert.Same(endpoints[2], SlowInstances.Judge(endpoints, 1_000));
        Assert.Null(SlowInstances.Judge(endpoints, 1_000));
        Assert.True(endpoints[2].SlowUntil > 1_000);
        // It is judged by new answers when it is back.
        Fill(endpoints[2], Fast);
        Assert.Null(SlowInstances.Judge(endpoints, endpoints[2].SlowUntil));
    }

    [Fact]
    public void None_is_put_aside_that_is_not_alone_in_it_or_whose_slowness_is_noise()
    {
        Assert.Null(SlowInstances.Judge(Endpoints(Fast, Slow), 0));
        Assert.Null(SlowInstances.Judge(Endpoints(Slow, Slow, Slow), 0));
        Assert.Null(SlowInstances.Judge(Endpoints(1_000, 1_000, 40_000), 0));
        Assert.Null(SlowInstances.Judge(Endpoints(Slow, Slow, 2 * Slow), 0));
        Assert.Null(SlowInstances.Judge(Endpoints(Fast, Fast, null), 0));
    }

    [Fact]
    public void Never_more_than_half_are_put_aside()
    {
        var endpoints = Endpoints(Fast, Fast, Fast, Slow, 2 * Slow, 3 * Slow);
        Assert.Same(endpoints[5], SlowInstances.Judge(endpoints, 1_000));
        Assert.Same(endpoints[4], SlowInstances.Judge(endpoints, 1_000));
        Assert.Same(endpoints[3], SlowInstances.Judge(endpoints, 1_000));
        Fill(endpoints[0], 100 * Slow);
        Assert.Null(SlowInstances.Judge(endpoints, 1_000));
    }

    private static double PartOfLast(LiveRelease release, long now)
    {
        const int Turns = 3_000;
        var last = 0;
        for (var i = 0; i < Turns; i++)
        {
            var taken = release.Take(null, now)!;
            last += ReferenceEquals(taken, release.Endpoints[^1]) ? 1 : 0;
            taken.Leave();
        }
        return (double)last / Turns;
    }

    private static LiveRelease Release(LoadPlan load, params long[] since)
    {
        var endpoints = since.Select((at, i) => new EndpointState(Endpoint(i), 1) { Since = at }).ToArray();
        Assert.True(ReleaseId.TryParse(Tables.Blue, out var id));
        Assert.True(ServiceName.TryParse("web", out var service));
        return new(new RoutedRelease(id, 1, ImmutableArray<Endpoint>.Empty) { Load = load }, endpoints, new(service, id), null, []);
    }

    private static EndpointState[] Endpoints(params int?[] microseconds)
    {
        var endpoints = microseconds.Select((_, i) => new EndpointState(Endpoint(i), 1)).ToArray();
        for (var i = 0; i < endpoints.Length; i++)
        {
            if (microseconds[i] is { } latency)
                Fill(endpoints[i], latency);
        }
        return endpoints;
    }

    private static void Fill(EndpointState endpoint, int microseconds)
    {
        for (var i = 0; i < 200; i++)
            endpoint.Latency.Add(microseconds);
    }

    private static Endpoint Endpoint(int i)
    {
        Assert.True(InstanceId.TryParse($"web-{Tables.Blue}-{i + 1}", out var id));
        return new(id, "127.0.0.1", 1000 + i);
    }
}

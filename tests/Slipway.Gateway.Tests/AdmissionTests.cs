using System.Collections.Concurrent;
using Slipway.Core.Manifests;
using Slipway.Gateway.Balancing;
using static Slipway.Gateway.Tests.Tables;

namespace Slipway.Gateway.Tests;

public sealed class AdmissionTests(SharedGateway gateway) : IClassFixture<SharedGateway>
{
    private static readonly TimeSpan s_long = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task An_instance_is_given_as_many_requests_as_it_may_and_the_next_one_waits_its_turn()
    {
        await using var held = new HeldBackend();
        await Put(new(2, 10, s_long, TimeSpan.Zero), held);
        var clients = await Ask("/a", "/b");
        await Eventually.True(() => held.Waiting.Count == 2, "two are with the instance");
        clients.AddRange(await Ask("/c"));
        await Eventually.True(async () => (await gateway.Gateway.Admin.GetStringAsync("connections")).Contains("\"waiting\":1", StringComparison.Ordinal), () => "one waits in the gateway");
        Assert.Equal(2, held.Waiting.Count);
        held.Answer("/a");
        await Eventually.True(() => held.Waiting.ContainsKey("/c"), "the one that waited has its turn");
        held.Answer("/b");
        held.Answer("/c");
        foreach (var client in clients)
            Assert.StartsWith("HTTP/1.1 200", await client.ReadAnswer());
    }

    [Fact]
    public async Task Those_of_high_priority_go_first_and_those_of_low_are_given_up()
    {
        await using var held = new HeldBackend();
        await Put(new(1, 2, s_long, TimeSpan.Zero), held);
        var first = await Ask("/first");
        await Eventually.True(() => held.Waiting.Count == 1, "the instance has enough");
        var low = await Ask("/low/1");
        await Waiting(1);
        var lower = await Ask("/low/2");
        await Waiting(2);
        // Full: the last of the lowest gives way, and then the other.
        var normal = await Ask("/normal");
        Assert.Contains("Retry-After: 1\r\n", await lower[0].ReadAnswer());
        var high = await Ask("/high");
        Assert.StartsWith("HTTP/1.1 503", await low[0].ReadAnswer());
        // Nobody is lower any more.
        Assert.StartsWith("HTTP/1.1 503", await (await Ask("/low/3"))[0].ReadAnswer());
        var second = await Ask("/high/2");
        Assert.StartsWith("HTTP/1.1 503", await normal[0].ReadAnswer());
        held.Answer("/first");
        await Eventually.True(() => held.Waiting.ContainsKey("/high"), "the high one has its turn");
        held.Answer("/high");
        await Eventually.True(() => held.Waiting.ContainsKey("/high/2"), "then the second");
        held.Answer("/high/2");
        Assert.StartsWith("HTTP/1.1 200", await second[0].ReadAnswer());
        Assert.StartsWith("HTTP/1.1 200", await high[0].ReadAnswer());
        Assert.StartsWith("HTTP/1.1 200", await first[0].ReadAnswer());
        Assert.Contains("refusals_total{reason=\"Overload\"}", await gateway.Gateway.Admin.GetStringAsync("metrics"));
    }

    [Fact]
    public async Task Whoever_waits_too_long_is_told_so()
    {
        await using var held = new HeldBackend();
        await Put(new(1, 10, TimeSpan.FromMilliseconds(50), TimeSpan.Zero), held);
        var first = await Ask("/first");
        await Eventually.True(() => held.Waiting.Count == 1, "the instance has enough");
        Assert.StartsWith("HTTP/1.1 503", await (await Ask("/late"))[0].ReadAnswer());
        held.Answer("/first");
        Assert.StartsWith("HTTP/1.1 200", await first[0].ReadAnswer());
        var next = await Ask("/next");
        await Eventually.True(() => held.Waiting.Count == 1, "the place is free");
        held.Answer("/next");
        Assert.StartsWith("HTTP/1.1 200", await next[0].ReadAnswer());
    }

    [Fact]
    public async Task A_client_that_leaves_while_it_waits_costs_nobody_a_turn()
    {
        await using var held = new HeldBackend();
        await Put(new(1, 10, s_long, TimeSpan.Zero), held);
        var first = await Ask("/first");
        await Eventually.True(() => held.Waiting.Count == 1, "the instance has enough");
        var leaving = await Ask("/leaving");
        await Waiting(1);
        var staying = await Ask("/staying");
        await Waiting(2);
        leaving[0].Dispose();
        held.Answer("/first");
        await Eventually.True(() => held.Waiting.ContainsKey("/staying"), "the one that stayed has its turn");
        held.Answer("/staying");
        Assert.StartsWith("HTTP/1.1 200", await staying[0].ReadAnswer());
        Assert.DoesNotContain("/leaving", held.Seen);
        Assert.StartsWith("HTTP/1.1 200", await first[0].ReadAnswer());
    }

    [Fact]
    public async Task Another_table_with_another_instance_ends_the_wait()
    {
        await using var held = new HeldBackend();
        await using var free = RawBackend.Saying("free");
        var release = SharedGateway.NewRelease();
        await gateway.Put(Service("web", Release(release, 1, held.Port) with { Load = new(1, 10, s_long, TimeSpan.Zero) }));
        var first = await Ask("/first");
        await Eventually.True(() => held.Waiting.Count == 1, "the instance has enough");
        var second = await Ask("/second");
        await Waiting(1);
        await gateway.Put(Service("web", Release(release, 1, held.Port, free.Port) with { Load = new(1, 10, s_long, TimeSpan.Zero) }));
        Assert.EndsWith("free", await second[0].ReadAnswer());
        held.Answer("/first");
        Assert.StartsWith("HTTP/1.1 200", await first[0].ReadAnswer());
    }

    [Fact]
    public async Task Under_more_than_it_can_take_nothing_gets_stuck_and_no_instance_gets_more_than_it_may()
    {
        var (now, most) = (0, 0);
        var counting = new Lock();
        await using var busy = RawBackend.Each(async (peer, _) =>
        {
            var one = Interlocked.Increment(ref now);
            lock (counting)
                most = Math.Max(most, one);
            await Task.Yield();
            Interlocked.Decrement(ref now);
            await peer.Send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
        });
        await gateway.Put(Service("web", Release(SharedGateway.NewRelease(), 1, busy.Port) with { Load = new(3, 1000, s_long, TimeSpan.Zero) }));
        var answers = await Task.WhenAll(Enumerable.Range(0, 40).Select(async _ =>
        {
            using var client = await RawPeer.Connect(gateway.Port);
            var good = 0;
            for (var i = 0; i < 50; i++)
                good += (await client.Ask("GET / HTTP/1.1\r\nHost: x\r\n\r\n")).StartsWith("HTTP/1.1 200", StringComparison.Ordinal) ? 1 : 0;
            return good;
        }));
        Assert.All(answers, good => Assert.Equal(50, good));
        Assert.InRange(most, 1, 3);
    }

    [Fact]
    public async Task The_line_is_by_priority_then_by_arrival_and_full_at_its_end()
    {
        var queue = new AdmissionQueue { Max = 3 };
        var normal = queue.Enter(RoutePriority.Normal)!;
        var low = queue.Enter(RoutePriority.Low)!;
        var other = queue.Enter(RoutePriority.Normal)!;
        Assert.Null(queue.Enter(RoutePriority.Low));
        var high = queue.Enter(RoutePriority.High)!;
        Assert.False(await low.Turn.Task);
        Assert.False(queue.Leave(low));
        Assert.Null(queue.Enter(RoutePriority.Normal));
        Assert.True(queue.IsFirst(high));
        queue.Wake();
        Assert.True(await high.Turn.Task);
        queue.Wake();
        Assert.True(await normal.Turn.Task);
        queue.Return(normal);
        Assert.True(queue.IsFirst(normal));
        Assert.True(queue.Leave(normal));
        queue.WakeAll();
        Assert.True(await other.Turn.Task);
        Assert.Equal(0, queue.Count);
    }

    private Task Waiting(int count)
        => Eventually.True(async () => (await gateway.Gateway.Admin.GetStringAsync("connections")).Contains($"\"waiting\":{count}", StringComparison.Ordinal), () => $"{count} wait");

    private Task Put(LoadPlan load, HeldBackend backend)
    {
        var service = Service("web", Release(SharedGateway.NewRelease(), 1, backend.Port) with { Load = load });
        return gateway.Put(service with
        {
            Routes = [Route(), Route("/high") with { Priority = RoutePriority.High }, Route("/low") with { Priority = RoutePriority.Low }],
        });
    }

    private async Task<List<RawPeer>> Ask(params string[] paths)
    {
        List<RawPeer> clients = [];
        foreach (var path in paths)
        {
            var client = await RawPeer.Connect(gateway.Port);
            await client.Send($"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n");
            clients.Add(client);
        }
        return clients;
    }

    /// <summary>Answers a request when it is told to.</summary>
    private sealed class HeldBackend : IAsyncDisposable
    {
        private readonly RawBackend _backend;

        public HeldBackend() => _backend = RawBackend.Each(async (peer, head) =>
        {
            var path = head.Split(' ')[1];
            Seen.Add(path);
            var held = new TaskCompletionSource();
            Waiting[path] = held;
            await held.Task;
            await peer.Send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
        });

        public int Port => _backend.Port;

        public ConcurrentBag<string> Seen { get; } = [];

        public ConcurrentDictionary<string, TaskCompletionSource> Waiting { get; } = new();

        public void Answer(string path)
        {
            Assert.True(Waiting.TryRemove(path, out var held));
            held.SetResult();
        }

        public ValueTask DisposeAsync()
        {
            foreach (var held in Waiting.Values)
                held.TrySetResult();
            return _backend.DisposeAsync();
        }
    }
}

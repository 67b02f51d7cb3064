using System.Runtime.CompilerServices;
using System.Threading.Tasks.Sources;
using Slipway.Gateway.Engines;

namespace Slipway.Gateway.Tests;

public sealed class PooledTaskBuilderTests
{
    private const int Waiting = 64;

    [Fact]
    public async Task A_method_that_ends_at_once_gives_its_value()
        => Assert.Equal(7, await Sum(new ValueTask<int>(3), new ValueTask<int>(4)));

    [Fact]
    public async Task A_method_that_waits_goes_on_where_it_was()
    {
        var (one, other) = (new Source(), new Source());
        var sum = Sum(one.Task, other.Task);
        one.Set(30);
        Assert.False(sum.IsCompleted);
        other.Set(12);
        Assert.Equal(42, await sum);
    }

    [Fact]
    public async Task Calls_that_wait_at_the_same_time_keep_apart()
    {
        for (var round = 0; round < 3; round++)
        {
            var sources = Enumerable.Range(0, Waiting).Select(_ => new Source()).ToList();
            var sums = sources.Select((source, i) => Sum(source.Task, new ValueTask<int>(i))).ToList();
            foreach (var source in Enumerable.Reverse(sources))
                source.Set(1000);
            for (var i = 0; i < Waiting; i++)
                Assert.Equal(1000 + i, await sums[i]);
        }
    }

    [Fact]
    public async Task An_exception_reaches_the_caller_before_a_wait_and_after_one()
    {
        await Assert.ThrowsAsync<DivideByZeroException>(async () => await Divide(new ValueTask<int>(0)));
        var source = new Source();
        var quotient = Divide(source.Task);
        source.Set(0);
        await Assert.ThrowsAsync<DivideByZeroException>(async () => await quotient);
        Assert.Equal(50, await Divide(new ValueTask<int>(2)));
    }

    [Fact]
    public async Task A_value_is_given_once()
    {
        var source = new Source();
        var sum = Sum(source.Task, new ValueTask<int>(0));
        source.Set(1);
        Assert.Equal(1, await sum);
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await sum);
    }

    [Fact]
    public void Calls_that_have_waited_before_take_nothing_from_the_collector()
    {
        var sources = Enumerable.Range(0, Waiting).Select(_ => new Source()).ToArray();
        var sums = new ValueTask<int>[Waiting];
        Round();
        var before = GC.GetAllocatedBytesForCurrentThread();
        Round();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void Round()
        {
            for (var i = 0; i < Waiting; i++)
                sums[i] = Sum(sources[i].Task, new ValueTask<int>(i));
            for (var i = 0; i < Waiting; i++)
            {
                sources[i].Set(1);
                if (sums[i].GetAwaiter().GetResult() != i + 1)
                    throw new InvalidOperationException("A call has lost its value.");
            }
        }
    }

    [AsyncMethodBuilder(typeof(PooledTaskBuilder<>))]
    private static async ValueTask<int> Sum(ValueTask<int> one, ValueTask<int> other) => await one + await other;

    [AsyncMethodBuilder(typeof(PooledTaskBuilder<>))]
    private static async ValueTask<int> Divide(ValueTask<int> by) => 100 / await by;

    /// <summary>What a wire is to the gateway: can be waited for again and again.</summary>
    private sealed class Source : IValueTaskSource<int>
    {
        private ManualResetValueTaskSourceCore<int> _core;

        public ValueTask<int> Task => new(this, _core.Version);

        public void Set(int value) => _core.SetResult(value);

        public ValueTaskSourceStatus GetStatus(short token) => _core.GetStatus(token);

        public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags)
            => _core.OnCompleted(continuation, state, token, flags);

        public int GetResult(short token)
        {
            var value = _core.GetResult(token);
            _core.Reset();
            return value;
        }
    }
}

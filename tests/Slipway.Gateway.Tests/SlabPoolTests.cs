using Slipway.Gateway.Wires;

namespace Slipway.Gateway.Tests;

public sealed class SlabPoolTests
{
    private const int SizeBytes = 64 * 1024;
    private const int Burst = 100;
    private const int Used = 10;

    [Fact]
    public void What_a_burst_took_gives_its_memory_back_and_what_is_in_use_keeps_it()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Elsewhere memory is not given back.");
        var pool = new SlabPool(SizeBytes, Burst);
        Turn(pool, Burst);
        for (var now = 0; now <= 60_000; now += 100)
        {
            Turn(pool, Used);
            pool.Sweep(now);
        }
        var slabs = Rent(pool, Burst);
        Assert.All(slabs[..Used], slab => Assert.False(IsEmpty(slab)));
        Assert.All(slabs[Used..], slab => Assert.True(IsEmpty(slab)));
    }

    [Fact]
    public void A_buffer_is_whole_after_its_memory_was_given_back()
    {
        var pool = new SlabPool(SizeBytes, 1);
        Turn(pool, 1);
        for (var now = 0; now <= 60_000; now += 1_000)
            pool.Sweep(now);
        Turn(pool, 1);
        Assert.False(IsEmpty(Rent(pool, 1)[0]));
    }

    private static byte[][] Rent(SlabPool pool, int count) => [.. Enumerable.Range(0, count).Select(_ => pool.Rent())];

    private static void Turn(SlabPool pool, int count)
    {
        var slabs = Rent(pool, count);
        foreach (var slab in slabs)
        {
            slab.AsSpan().Fill(1);
            Assert.True(slab.AsSpan().IndexOfAnyExcept((byte)1) < 0);
        }
        foreach (var slab in slabs.Reverse())
            pool.Keep(slab);
    }

    // The first and the last page are shared with what lies beside it.
    private static bool IsEmpty(byte[] slab) => slab.AsSpan(4096, SizeBytes - 8192).IndexOfAnyExcept((byte)0) < 0;
}

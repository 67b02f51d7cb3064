using System.Runtime.InteropServices;
using Slipway.Core.Manifests;

namespace Slipway.Gateway.Guarding;

/// <summary>What a limiter says about one request.</summary>
/// <param name="IsAllowed">Whether it may pass.</param>
/// <param name="Remaining">How many more may come at once.</param>
/// <param name="ResetSeconds">When the whole burst may come again, rounded up.</param>
/// <param name="RetryAfterSeconds">When one may come again, rounded up; 0 when one may now.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct LimitVerdict(bool IsAllowed, long Remaining, long ResetSeconds, long RetryAfterSeconds);

/// <summary>
/// A token bucket for each client, kept as the one instant at which it will be full again (the generic cell rate algorithm, ITU-T
/// I.371): 16 bytes a client, a million of them in 32 MiB. Beyond that the one that has been quiet for longest is forgotten,
/// which can only be to a client's good.
/// </summary>
internal sealed class RateLimiter
{
    private const int ShardCount = 16;

    private readonly Shard[] _shards;
    private readonly long _interval;
    private readonly long _depth;

    /// <summary>Makes one.</summary>
    /// <param name="limit">How much it lets through.</param>
    /// <param name="clientsMax">How many clients it remembers, rounded up to a power of two.</param>
    public RateLimiter(RateLimit limit, int clientsMax = 1 << 21)
    {
        _interval = Math.Max(1, limit.Per.Ticks / limit.Requests);
        _depth = _interval * limit.Burst;
        _shards = [.. Enumerable.Range(0, ShardCount).Select(_ => new Shard(clientsMax / ShardCount))];
    }

    /// <summary>How long one request takes to be forgotten.</summary>
    public TimeSpan Interval => new(_interval);

    /// <summary>How long a whole burst takes to be forgotten.</summary>
    public TimeSpan Depth => new(_depth);

    /// <summary>How many clients it remembers now.</summary>
    public int ClientCount => _shards.Sum(static shard => shard.Count);

    /// <summary>How much memory its tables take, in bytes.</summary>
    public long MemoryBytes => _shards.Sum(static shard => shard.MemoryBytes);

    /// <summary>Counts a request and says whether it may pass; one that may not takes nothing.</summary>
    /// <param name="client">Whose it is; see <see cref="ClientKey"/>.</param>
    /// <param name="now">The time in ticks of 100 ns, from any beginning.</param>
    public LimitVerdict Take(ulong client, long now)
    {
        var shard = _shards[client >> 60];
        lock (shard)
        {
            ref var full = ref shard.Find(client, now);
            var next = Math.Max(full, now) + _interval;
            var over = next - now - _depth;
            if (over > 0)
                return new(false, 0, Seconds(next - _interval - now), Seconds(over));
            full = next;
            return new(true, -over / _interval, Seconds(next - now), 0);
        }
    }

    private static long Seconds(long ticks) => (ticks + TimeSpan.TicksPerSecond - 1) / TimeSpan.TicksPerSecond;

    /// <summary>A part of the table with a lock of its own: sets of eight places, grown while it is small.</summary>
    private sealed class Shard(int clientsMax)
    {
        private const int Ways = 8;
        private const int SetsAtFirst = 8;

        private (ulong Client, long Full)[] _places = new (ulong, long)[SetsAtFirst * Ways];

        /// <summary>How many places are in use.</summary>
        public int Count => _places.Count(static place => place.Client != 0);

        public long MemoryBytes => _places.LongLength * 16;

        /// <summary>The place of a client, made where there is none.</summary>
        public ref long Find(ulong client, long now)
        {
            while (true)
            {
                var set = SetOf(_places, client);
                var quietest = 0;
                for (var i = 0; i < Ways; i++)
                {
                    if (set[i].Client == client)
                        return ref set[i].Full;
                    if (set[i].Client == 0 || (set[quietest].Client != 0 && set[i].Full < set[quietest].Full))
                        quietest = set[quietest].Client == 0 ? quietest : i;
                }
                // A bucket that is full again is as good as a new one.
                if (set[quietest].Client == 0 || set[quietest].Full <= now || !TryGrow(now))
                {
                    set[quietest] = (client, now);
                    return ref set[quietest].Full;
                }
            }
        }

        private bool TryGrow(long now)
        {
            if (_places.Length >= clientsMax)
                return false;
            var larger = new (ulong, long)[_places.Length * 2];
            foreach (var place in _places)
            {
                if (place.Full <= now)
                    continue;
                var set = SetOf(larger, place.Client);
                var free = 0;
                while (set[free].Client != 0)
                    free++;
                set[free] = place;
            }
            _places = larger;
            return true;
        }

        private static Span<(ulong Client, long Full)> SetOf((ulong, long)[] places, ulong client)
            => places.AsSpan((int)(client & (ulong)(places.Length / Ways - 1)) * Ways, Ways);
    }
}

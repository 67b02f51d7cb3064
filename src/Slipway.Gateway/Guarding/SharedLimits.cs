using System.Globalization;
using System.Net.Sockets;
using System.Security.Authentication;
using Slipway.Gateway.Hosting;

namespace Slipway.Gateway.Guarding;

/// <summary>
/// Limits that several gateways count together, in Redis: the same bucket as <see cref="RateLimiter"/>, changed by one script, by the clock of
/// Redis. While it is away, or too slow, each gateway counts for itself: a request waits for it no longer than some milliseconds.
/// </summary>
internal sealed class SharedLimits : IDisposable
{
    // KEYS: the bucket. ARGV: interval and depth in microseconds. Gives: allowed, remaining, reset, retry after (the last two in microseconds).
    private const string Script = """
        local t = redis.call('TIME')
        local now = t[1] * 1000000 + t[2]
        local interval = tonumber(ARGV[1])
        local next = math.max(tonumber(redis.call('GET', KEYS[1]) or '0'), now) + interval
        local over = next - now - tonumber(ARGV[2])
        if over > 0 then return {0, 0, next - interval - now, over} end
        redis.call('SET', KEYS[1], string.format('%.0f', next), 'PX', math.ceil((next - now) / 1000) + 1)
        return {1, math.floor(-over / interval), next - now, 0}
        """;

    private const int LateMax = 3;

    private static readonly TimeSpan s_patience = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan s_connectPatience = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_afterFault = TimeSpan.FromSeconds(1);

    private readonly Uri _place;
    private readonly string? _password;
    private readonly GatewayLog _log;
    private readonly CancellationTokenSource _leave = new();
    private volatile Ready? _ready;
    private int _late;

    private sealed record Ready(RedisConnection Connection, string Script);

    /// <summary>Begins to connect.</summary>
    /// <param name="place">As <c>redis://host:port/db</c>, or <c>rediss</c> for TLS.</param>
    /// <param name="password">Null for none.</param>
    /// <param name="log">Where it says what happens.</param>
    public SharedLimits(Uri place, string? password, GatewayLog log)
    {
        (_place, _password, _log) = (place, password, log);
        _ = Task.Run(Keep);
    }

    /// <summary>Counts a request; null when that must be done here.</summary>
    /// <param name="limiter">What it lets through.</param>
    /// <param name="key">Whose bucket.</param>
    public async ValueTask<LimitVerdict?> Take(RateLimiter limiter, string key)
    {
        if (_ready is not { } ready)
            return null;
        try
        {
            if (!ready.Connection.TryAsk(out var asking, "EVALSHA", ready.Script, "1", key, Number(limiter.Interval.Ticks / 10), Number(limiter.Depth.Ticks / 10)))
                return null;
            var answer = await asking.WaitAsync(s_patience);
            Volatile.Write(ref _late, 0);
            return answer.Length == 4 ? new(answer[0] == 1, answer[1], Seconds(answer[2]), Seconds(answer[3])) : null;
        }
        catch (Exception e) when (e is RedisException or TimeoutException or IOException or ObjectDisposedException)
        {
            // Whoever does not answer is not asked by every request: it is connected to anew, and nobody waits for that.
            if (e is not TimeoutException || Interlocked.Increment(ref _late) >= LateMax)
                ready.Connection.Dispose();
            return null;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _leave.Cancel();

    /// <summary>Connects whenever there is no connection.</summary>
    private async Task Keep()
    {
        var isKnown = false;
        while (!_leave.IsCancellationRequested)
        {
            try
            {
                using var patience = CancellationTokenSource.CreateLinkedTokenSource(_leave.Token);
                patience.CancelAfter(s_connectPatience);
                using var connection = await RedisConnection.Open(_place, _password, patience.Token);
                _ready = new(connection, await connection.AskText(patience.Token, "SCRIPT", "LOAD", Script));
                _log.Info("limits are counted together with other gateways", ("place", Place));
                isKnown = false;
                await connection.Listen(_leave.Token);
            }
            catch (Exception e) when (e is RedisException or SocketException or IOException or OperationCanceledException or AuthenticationException or ObjectDisposedException or FormatException)
            {
                _ready = null;
                if (!isKnown && !_leave.IsCancellationRequested)
                    _log.Warn("limits cannot be counted together; each gateway counts for itself", ("place", Place), ("fault", e.Message));
                isKnown = true;
            }
            await Task.Delay(s_afterFault, _leave.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private string Place => $"{_place.Host}:{_place.Port}";

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static long Seconds(long microseconds) => (microseconds + 999_999) / 1_000_000;
}

namespace Slipway.Gateway.Tests;

/// <summary>Waits for a condition, with a deadline that a busy machine still keeps.</summary>
internal static class Eventually
{
    private static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(20);

    public static Task True(Func<bool> condition, string what) => True(() => Task.FromResult(condition()), () => what);

    public static async Task True(Func<Task<bool>> condition, Func<string> what)
    {
        var end = Environment.TickCount64 + (long)s_deadline.TotalMilliseconds;
        while (!await condition())
        {
            if (Environment.TickCount64 > end)
                Assert.Fail($"Within {s_deadline.TotalSeconds} s it did not come about that {what()}.");
            await Task.Delay(10);
        }
    }
}

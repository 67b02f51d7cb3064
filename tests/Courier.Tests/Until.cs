using System.Runtime.CompilerServices;

namespace Courier.Tests;

/// <summary>Waits for a condition, with a deadline that only a failure reaches.</summary>
internal static class Until
{
    private static readonly TimeSpan _deadline = TimeSpan.FromSeconds(60);

    public static async Task TrueAsync(
        Func<Task<bool>> condition, [CallerArgumentExpression(nameof(condition))] string? what = null)
    {
        var deadline = Environment.TickCount64 + (long)_deadline.TotalMilliseconds;
        while (!await condition())
        {
            Assert.True(Environment.TickCount64 < deadline, $"Not so within {_deadline.TotalSeconds} s: {what}");
            await Task.Delay(10);
        }
    }

    public static Task TrueAsync(Func<bool> condition, [CallerArgumentExpression(nameof(condition))] string? what = null)
        => TrueAsync(() => Task.FromResult(condition()), what);
}

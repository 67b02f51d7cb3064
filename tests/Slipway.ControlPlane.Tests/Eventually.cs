namespace Slipway.ControlPlane.Tests;

/// <summary>Waits for conditions, never for time to pass.</summary>
internal static class Eventually
{
    public static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    public static async Task Is(Func<Task<bool>> condition, string what)
    {
        var end = DateTime.UtcNow + Deadline;
        while (!await condition())
        {
            if (DateTime.UtcNow > end)
                Assert.Fail($"Never happened within {Deadline.TotalSeconds} s: {what}.");
            await Task.Delay(20);
        }
    }

    public static Task Is(Func<bool> condition, string what) => Is(() => Task.FromResult(condition()), what);
}

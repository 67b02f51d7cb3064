namespace Slipway.Cli.Output;

/// <summary>Writes lengths of time for people.</summary>
internal static class Durations
{
    /// <summary>Such as <c>340 ms</c>, <c>4.2 s</c>, <c>3m 05s</c>, <c>2h 10m</c>, <c>3d 4h</c>.</summary>
    public static string Text(TimeSpan time) => time switch
    {
        { Ticks: < 0 } => Text(TimeSpan.Zero),
        { TotalSeconds: < 1 } => $"{time.TotalMilliseconds:0} ms",
        { TotalSeconds: < 60 } => $"{time.TotalSeconds:0.0} s",
        { TotalMinutes: < 60 } => $"{(int)time.TotalMinutes}m {time.Seconds:00}s",
        { TotalHours: < 24 } => $"{(int)time.TotalHours}h {time.Minutes:00}m",
        _ => $"{(int)time.TotalDays}d {time.Hours}h",
    };

    /// <summary>Time left, without parts of a second.</summary>
    public static string Left(TimeSpan time) => time.TotalSeconds < 60 ? $"{Math.Max(0, (int)Math.Ceiling(time.TotalSeconds))} s" : Text(time);

    /// <summary>How long ago something was.</summary>
    public static string Ago(DateTimeOffset then, DateTimeOffset now)
        => now - then is { TotalSeconds: < 60 } young ? $"{Math.Max(0, (int)young.TotalSeconds)}s" : Text(now - then);

    /// <summary>A point in time, in UTC.</summary>
    public static string Stamp(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'");
}

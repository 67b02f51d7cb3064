namespace Slipway.ControlPlane.Hosting;

/// <summary>The log: one JSON object a line on standard output.</summary>
internal static class Logging
{
    /// <summary>Writes from now on.</summary>
    public static ILoggerFactory Open() => LoggerFactory.Create(logging => logging
        .AddJsonConsole(console =>
        {
            console.UseUtcTimestamp = true;
            console.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ";
        })
        .AddFilter("Microsoft", LogLevel.Warning));
}

namespace Slipway.ControlPlane.Hosting;

/// <summary>The log of this program.</summary>
internal static class Logging
{
    /// <summary>Writes to standard output from now on.</summary>
    public static ILoggerFactory Open() => LoggerFactory.Create(logging => logging
        .AddProvider(new JsonLines(Console.OpenStandardOutput()))
        .AddFilter("Microsoft", LogLevel.Warning)
        // A start that fails is told once, in one sentence, by the program itself.
        .AddFilter("Microsoft.Extensions.Hosting", LogLevel.None));
}

using Slipway.Core.Settings;

namespace Slipway.ControlPlane.Hosting;

/// <summary>The log of this program.</summary>
internal static class Logging
{
    /// <summary>Writes to standard output from now on, secrets taken out.</summary>
    public static ILoggerFactory Open(Redactor redactor) => LoggerFactory.Create(logging => logging
        .AddProvider(new JsonLines(Console.OpenStandardOutput(), redactor))
        .AddFilter("Microsoft", LogLevel.Warning)
        // A start that fails is told once, in one sentence, by the program itself.
        .AddFilter("Microsoft.Extensions.Hosting", LogLevel.None));
}

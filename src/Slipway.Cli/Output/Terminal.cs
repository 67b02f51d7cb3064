namespace Slipway.Cli.Output;

/// <summary>What the terminal can show.</summary>
internal static class Terminal
{
    private static readonly bool s_dumb = System.Environment.GetEnvironmentVariable("TERM") is null or "" or "dumb";

    /// <summary>Whether a person watches standard output on a terminal that can be redrawn.</summary>
    public static bool IsLive => !Console.IsOutputRedirected && (!s_dumb || OperatingSystem.IsWindows());

    /// <summary>Whether colours are wanted (no-color.org).</summary>
    public static bool HasColour => IsLive && string.IsNullOrEmpty(System.Environment.GetEnvironmentVariable("NO_COLOR"));

    /// <summary>Whether a question can be asked and answered.</summary>
    public static bool CanAsk => !Console.IsInputRedirected && !Console.IsOutputRedirected;
}

namespace Slipway.Cli.Connection;

/// <summary>Nobody listens on the control plane's socket.</summary>
internal sealed class ControlPlaneUnreachableException(string home, Exception? cause)
    : IOException($"No control plane runs for {home}.", cause);

namespace Slipway.ControlPlane.Hosting;

/// <summary>The control plane cannot start here; the program says why and ends with exit code 3.</summary>
/// <param name="message">Why, one sentence.</param>
/// <param name="remedy">What to do, one sentence.</param>
/// <param name="inner">The cause.</param>
internal sealed class StartRefusedException(string message, string remedy, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>What to do.</summary>
    public string Remedy { get; } = remedy;
}

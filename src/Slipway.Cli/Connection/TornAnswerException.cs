namespace Slipway.Cli.Connection;

/// <summary>A connection ended, or broke the rules of HTTP, before its answer was whole.</summary>
internal sealed class TornAnswerException(string message, bool started) : IOException(message)
{
    /// <summary>Whether a part of the answer had come.</summary>
    public bool Started => started;
}

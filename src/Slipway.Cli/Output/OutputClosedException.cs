namespace Slipway.Cli.Output;

/// <summary>Whoever read our output has enough of it, as <c>slipway events | head</c>: nothing to complain about.</summary>
internal sealed class OutputClosedException() : Exception("The reader of the output is gone.");

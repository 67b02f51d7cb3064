using System.Collections.Immutable;

namespace Slipway.Targets.Processes.Spawning;

/// <summary>A process to start, in a session of its own so that it outlives who started it.</summary>
/// <param name="Program">The executable file, absolute.</param>
/// <param name="Arguments">Its arguments, its own name not among them.</param>
/// <param name="Variables">Its whole environment; nothing is inherited.</param>
/// <param name="Folder">Its working folder, absolute.</param>
/// <param name="Output">Where standard output goes.</param>
/// <param name="Error">Where standard error goes.</param>
internal sealed record SpawnRequest(
    string Program,
    ImmutableArray<string> Arguments,
    IReadOnlyDictionary<string, string> Variables,
    string Folder,
    SpawnOutput Output,
    SpawnOutput Error)
{
    /// <summary>An open descriptor of ours that standard input is read from; null for an empty input.</summary>
    public int? Input { get; init; }
}

/// <summary>Where an output stream of a process goes.</summary>
internal abstract record SpawnOutput
{
    private SpawnOutput()
    {
    }

    /// <summary>To the end of a file, which is made when it is missing.</summary>
    public sealed record ToFile(string Path) : SpawnOutput;

    /// <summary>To an open descriptor of ours.</summary>
    public sealed record ToDescriptor(int Descriptor) : SpawnOutput;
}

/// <summary>A process could not be started; the message says why and what to do.</summary>
internal sealed class SpawnException(string message, Exception? inner = null) : Exception(message, inner);

using System.Collections.Immutable;

namespace Slipway.Simulation.Scripts;

/// <summary>
/// A scene as data: what there is to release, what people and the world do when, and where the control plane dies. Playing it
/// is deterministic, so that a script that fails can be kept, played again and made smaller.
/// </summary>
internal sealed record Script
{
    /// <summary>What it was drawn from; the world's own dice (start times, who gets a request) go by it too.</summary>
    public required int Seed { get; init; }

    /// <summary>Requests each second to each routed service.</summary>
    public double RequestRate { get; init; } = 20;

    /// <summary>What can be deployed; a move names one by its version.</summary>
    public required ImmutableArray<ScriptedRelease> Releases { get; init; }

    /// <summary>What happens, in order of time.</summary>
    public required ImmutableArray<Move> Moves { get; init; }

    /// <summary>For each life of the control plane, the step (a journal write, or the time before or after an effect) at which it is killed.</summary>
    public ImmutableArray<int> Kills { get; init; } = [];

    /// <summary>Effects, counted from 1 over all lives, that are carried out twice.</summary>
    public ImmutableArray<int> Twice { get; init; } = [];

    /// <summary>
    /// For each life, how many seconds after its death the effect that it died before takes place after all; a life
    /// beyond the end of the list leaves nothing behind.
    /// </summary>
    public ImmutableArray<double> Late { get; init; } = [];

    /// <summary>The command that plays the script of a seed again and, when it fails, makes it small.</summary>
    public static string Replay(int seed) => $"dotnet tasks.cs bench simulation replay {seed}";

    /// <summary>How much there is of it, to tell a smaller script from a larger one.</summary>
    public int Size => Moves.Length + Kills.Length + Twice.Length + Late.Length + Releases.Sum(one => one.Size);
}

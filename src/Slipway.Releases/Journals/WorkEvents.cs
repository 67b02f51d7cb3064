using Slipway.Core.Manifests;

namespace Slipway.Releases.Journals;

/// <summary>A worker or scheduler that was asked to end has ended.</summary>
/// <param name="Instance">The instance.</param>
/// <param name="At">When all of it had gone.</param>
/// <param name="Seconds">How long after it was asked, in seconds.</param>
/// <param name="ExitCode">How it ended, a signal as 128 plus its number; null when nobody saw it.</param>
/// <param name="Killed">Whether it had not ended within its <c>stop</c>, and was killed.</param>
public sealed record WorkEnded(InstanceId Instance, DateTimeOffset At, double Seconds, int? ExitCode, bool Killed) : JournalEvent
{
    internal const string Name = "work-ended";
    private const int EndedBySigTerm = 143;

    /// <summary>Whether it may have left work undone that another does again.</summary>
    public bool CutOff => Killed || ExitCode is not (0 or null);

    /// <inheritdoc/>
    public override string Kind => Name;

    /// <inheritdoc/>
    public override string What => this switch
    {
        { Killed: true } => $"{Instance} was killed with work under way: it had not ended {Seconds:0.#} s after it was asked to. What it had taken may be done twice. Let it finish or give back sooner, or raise its `stop`.",
        { ExitCode: EndedBySigTerm } => $"{Instance} does not drain: SIGTERM ended it at once. What it had under way may be done twice. Let it handle SIGTERM.",
        { CutOff: true } => $"{Instance} ended with exit code {ExitCode} {Seconds:0.#} s after it was asked to. What it had under way may be done twice.",
        { ExitCode: null } => $"{Instance} ended {Seconds:0.#} s after it was asked to.",
        _ => $"{Instance} drained and ended {Seconds:0.#} s after it was asked to.",
    };
}

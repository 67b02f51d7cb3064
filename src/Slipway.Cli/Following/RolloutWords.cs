using Slipway.Cli.Output;
using Slipway.Core.Api;
using Slipway.Core.Manifests;

namespace Slipway.Cli.Following;

/// <summary>Sentences about a rollout, ASCII only.</summary>
internal static class RolloutWords
{
    /// <summary>Whether the promotion that <c>deploy</c> waits for has come: all traffic is with the candidate, and the guard watches.</summary>
    public static bool IsPromoted(RolloutView view)
        => view.Outcome is "promoted" || (view.Outcome is null && view.Promoted && view.Phase is "guarding" or "done");

    /// <summary>How manifests write a strategy.</summary>
    public static string Name(Strategy strategy) => strategy == Strategy.BlueGreen ? "blue-green" : strategy.ToString().ToLowerInvariant();

    /// <summary>A release, for people: <c>1.4.0 (3f2a9c1b7d04)</c>.</summary>
    public static string Name(ReleaseView? release) => release is null ? "none" : $"{release.Version} ({release.Id})";

    /// <summary>What it is doing now, one line.</summary>
    public static string Now(RolloutView view, DateTimeOffset now)
    {
        var step = view.Phase == "baking" && view.Step >= 0 ? $", step {view.Step + 1} of {view.Steps.Count}" : "";
        var left = view.PhaseEndsAt is { } end && end > now ? $", {Durations.Left(end - now)} left" : "";
        var waiting = view.Waiting is null ? "" : $": {view.Waiting}";
        return $"{view.Phase} at {view.Percent} %{step}{left}{waiting}";
    }

    /// <summary>The candidate's part of a worker service: <c>worker: 1 of 3 are the candidate's (33 %)</c>.</summary>
    public static string Share(WorkerShareView share)
        => $"{share.Service}: {share.Candidate} of {share.AtWork} {(share.Candidate == 1 ? "is" : "are")} the candidate's"
            + (share.AtWork == 0 ? "" : $" ({100.0 * share.Candidate / share.AtWork:0} %)");

    /// <summary>A gate with its numbers.</summary>
    public static string Gate(GateView gate)
        => $"gate {gate.Name}{(gate.Service is { } service ? $" of {service}" : "")}: {gate.Verdict}: {gate.Reading}";

    /// <summary>How it ended, or that it was promoted and is guarded, with all that explains it.</summary>
    public static IEnumerable<string> Ending(RolloutView view)
    {
        var took = Durations.Text((view.EndedAt ?? view.Milestones.LastOrDefault()?.At ?? view.RequestedAt) - view.RequestedAt);
        if (IsPromoted(view))
        {
            yield return $"Promoted: {Name(view.Candidate)} is live in {view.Environment} with all traffic after {took}.";
            if (view.Outcome is null)
                yield return Guard(view);
            yield break;
        }
        var verb = view.Outcome switch
        {
            "rolled-back" => "Rolled back",
            "aborted" => "Aborted",
            _ => "Failed",
        };
        yield return $"{verb} after {took}: {view.Failure?.Reason ?? "no reason was recorded."}";
        foreach (var line in Explanation(view))
            yield return line;
        if (view.Promoted && view.Candidate is not null)
        {
            yield return $"Live in {view.Environment} all the same, since no release before can work with the data: {Name(view.Candidate)}.";
            yield break;
        }
        yield return view.Stable is null
            ? $"Nothing is live in {view.Environment}, as before."
            : $"Live in {view.Environment}, as before: {Name(view.Stable)}.";
    }

    private static string Guard(RolloutView view)
    {
        var until = view.PhaseEndsAt is { } end ? $" until {Durations.Stamp(end)}" : "";
        var warm = view.Stable is null ? "" : $", {Name(view.Stable)} kept warm behind it";
        return $"The guard goes on watching{until}{warm}. See: slipway show {view.Id} -f";
    }

    private static IEnumerable<string> Explanation(RolloutView view)
    {
        if (view.Failure is not { } failure)
            yield break;
        foreach (var gate in view.Gates)
        {
            if (gate.Verdict != "pass")
                yield return "  " + Gate(gate);
        }
        if (failure.Gate is not null && !view.Gates.Any(gate => gate.Name == failure.Gate && gate.Verdict != "pass"))
            yield return $"  gate {failure.Gate}";
        if (failure.Instance is { } instance)
            yield return $"  instance {instance}";
        if (failure.LastLines.Count > 0)
            yield return "  its last lines:";
        foreach (var line in failure.LastLines)
            yield return "    | " + line;
        yield return $"  What to do: {failure.Remedy}";
    }
}

using Slipway.Core.Api;

namespace Slipway.Cli.Following;

/// <summary>A rollout's changes as plain lines, for logs of pipelines and terminals that cannot be redrawn.</summary>
internal sealed class RolloutLines
{
    private readonly Dictionary<string, string> _verdicts = [];
    private int _milestones;
    private (string Phase, int Percent, string? Waiting) _seen = ("", -1, null);

    /// <summary>The lines that a new view adds to those before.</summary>
    public IEnumerable<string> Next(RolloutView view, DateTimeOffset now)
    {
        for (; _milestones < view.Milestones.Count; _milestones++)
        {
            var milestone = view.Milestones[_milestones];
            yield return $"{Clock(milestone.At)}  {milestone.What}";
        }
        var present = (view.Phase, view.Percent, view.Waiting);
        if (present != _seen && view.Outcome is null)
        {
            _seen = present;
            yield return $"{Clock(now)}  {RolloutWords.Now(view, now)}";
        }
        // A gate may be read once for each instance; what counts is the worst of them.
        foreach (var gate in view.Gates.GroupBy(gate => (gate.Name, gate.Service)).Select(readings => readings.MaxBy(Gravity)!))
        {
            var key = $"{gate.Name} {gate.Service}";
            // A gate counts as passing until it says otherwise: what passes from the start is no change.
            if (_verdicts.GetValueOrDefault(key, "pass") == gate.Verdict)
                continue;
            _verdicts[key] = gate.Verdict;
            yield return $"{Clock(now)}  {RolloutWords.Gate(gate)}";
        }
    }

    private static int Gravity(GateView gate) => gate.Verdict switch { "fail" => 2, "inconclusive" => 1, _ => 0 };

    private static string Clock(DateTimeOffset at) => at.UtcDateTime.ToString("HH:mm:ss");
}

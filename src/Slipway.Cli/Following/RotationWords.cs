using Slipway.Cli.Output;
using Slipway.Core.Api;

namespace Slipway.Cli.Following;

/// <summary>Sentences about a rotation, ASCII only.</summary>
internal static class RotationWords
{
    /// <summary>What it is doing now, one line.</summary>
    public static string Now(RotationView view)
    {
        var until = view is { Phase: "overlapping", OverlapUntil: { } end } ? $" until {Durations.Stamp(end)}" : "";
        var waiting = view.Waiting is null ? "" : view.Phase == "waiting" ? $" for {view.Waiting}" : $", waiting for {view.Waiting}";
        var back = view.Failure is null ? "" : $"; taken back: {view.Failure.Reason}";
        return $"{view.Phase}{until}{waiting}{back}";
    }

    /// <summary>How it stands when nobody follows any longer, with what explains it.</summary>
    public static IEnumerable<string> Ending(RotationView view)
    {
        switch (view.Outcome)
        {
            case "done":
                yield return $"Rotated: every instance uses the new {view.Setting}, and the old one is out of use.";
                break;
            case "kept-old":
                yield return $"Rotated: every instance uses the new {view.Setting}, but the old one may still be accepted.";
                break;
            case "undone":
                yield return $"Undone: the {view.Setting} from before is used, as before.";
                break;
            default:
                yield return $"Switched: every instance uses the new {view.Setting}.";
                if (view.OverlapUntil is { } until)
                    yield return $"The old one is accepted until {Durations.Stamp(until)}; the control plane then takes it out of use. See: slipway status -e {view.Environment}";
                break;
        }
        if (view.Failure is { } failure)
        {
            yield return $"  {failure.Reason}";
            yield return $"  What to do: {failure.Remedy}";
        }
    }
}

using System.Text.Json;
using Slipway.Cli.Connection;
using Slipway.Cli.Invoking;
using Slipway.Cli.Output;
using Slipway.Core.Api;

namespace Slipway.Cli.Following;

/// <summary>Shows a rotation while it goes on, one line a change, and turns its end into an exit code.</summary>
/// <param name="calls">The control plane.</param>
/// <param name="json">Whether every change is printed as a JSON object.</param>
internal sealed class RotationFollowing(ControlPlaneCalls calls, bool json)
{
    private int _milestones;
    private string _seen = "";

    /// <summary>Follows it until it is over, or until every instance uses the new one.</summary>
    /// <param name="rotation">The rotation.</param>
    /// <param name="toSwitch">Whether to follow to the switch only.</param>
    /// <param name="aborted">Whether it is to be undone, so that the answer is yes when it is.</param>
    /// <param name="cancel">Cancels the following, not the rotation.</param>
    public async Task<int> Run(RotationView rotation, bool toSwitch, bool aborted, CancellationToken cancel)
    {
        var again = $"slipway secrets rotate {rotation.Setting} -e {rotation.Environment}";
        var follower = new ChangeFollower<RotationView>(calls, $"rotation {rotation.Id}", again, RolloutFollower.LossMaxDefault)
        {
            Notice = json ? StandardStreams.ErrorLine : StandardStreams.Line,
        };
        try
        {
            bool IsOver(RotationView view) => view.Outcome is not null || (toSwitch && view.Switched);
            await foreach (var view in follower.Follow(Paths.Of(ApiRoutes.RotationFollow, rotation.Environment, rotation.Id), ApiJson.Default.RotationView, IsOver, cancel))
            {
                Show(view);
                rotation = view;
            }
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            StandardStreams.ErrorLine($"slipway: no longer following; rotation {rotation.Id} goes on. Come back with: {again}");
            StandardStreams.ErrorLine($"To take it back: {again} --abort");
            return ExitCodes.Outside;
        }
        if (!json)
        {
            foreach (var line in RotationWords.Ending(rotation))
                StandardStreams.Line(line);
        }
        return rotation.Outcome == "undone" == aborted && rotation.Outcome != "kept-old" ? ExitCodes.Done : ExitCodes.No;
    }

    private void Show(RotationView view)
    {
        if (json)
        {
            StandardStreams.Line(JsonSerializer.SerializeToUtf8Bytes(view, ApiJson.Default.RotationView));
            return;
        }
        for (; _milestones < view.Milestones.Count; _milestones++)
            StandardStreams.Line($"{Clock(view.Milestones[_milestones].At)}  {view.Milestones[_milestones].What}");
        if (view.Outcome is null && view.Waiting is { } waiting && waiting != _seen)
            StandardStreams.Line($"{Clock(DateTimeOffset.UtcNow)}  {RotationWords.Now(view)}");
        _seen = view.Waiting ?? "";
    }

    private static string Clock(DateTimeOffset at) => at.UtcDateTime.ToString("HH:mm:ss");
}

using System.Text.Json;
using Slipway.Cli.Connection;
using Slipway.Cli.Invoking;
using Slipway.Cli.Output;
using Slipway.Core.Api;
using Slipway.Core.Manifests;
using Spectre.Console;

namespace Slipway.Cli.Following;

/// <summary>Shows a rollout while it goes on, and turns its end into an exit code.</summary>
/// <param name="calls">The control plane.</param>
/// <param name="json">Whether every change is printed as a JSON object.</param>
internal sealed class RolloutFollowing(ControlPlaneCalls calls, bool json)
{
    private static readonly TimeSpan s_redraw = TimeSpan.FromSeconds(1);

    /// <summary>Follows it and explains how it ended.</summary>
    public async Task<int> Run(RolloutId rollout, FollowUntil until, CancellationToken cancel)
    {
        try
        {
            var last = json ? await AsJson(rollout, until, cancel)
                : Terminal.IsLive ? await OnScreen(rollout, until, cancel)
                : await AsLines(rollout, until, cancel);
            if (!json)
            {
                foreach (var line in RolloutWords.Ending(last))
                    StandardStreams.Line(line);
            }
            return FollowedEnd.ExitCode(last, until)!.Value;
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            StandardStreams.ErrorLine($"slipway: no longer following; rollout {rollout} goes on. Come back with: slipway show {rollout} -f");
            StandardStreams.ErrorLine("To stop the rollout itself: slipway abort");
            return ExitCodes.Outside;
        }
    }

    private async Task<RolloutView> AsJson(RolloutId rollout, FollowUntil until, CancellationToken cancel)
        => await Each(rollout, until, view => StandardStreams.Line(JsonSerializer.SerializeToUtf8Bytes(view, ApiJson.Default.RolloutView)), StandardStreams.ErrorLine, cancel);

    private async Task<RolloutView> AsLines(RolloutId rollout, FollowUntil until, CancellationToken cancel)
    {
        var lines = new RolloutLines();
        return await Each(
            rollout,
            until,
            view =>
            {
                foreach (var line in lines.Next(view, DateTimeOffset.UtcNow))
                    StandardStreams.Line(line);
            },
            StandardStreams.Line,
            cancel);
    }

    private async Task<RolloutView> OnScreen(RolloutId rollout, FollowUntil until, CancellationToken cancel)
    {
        if (!Terminal.HasColour)
            AnsiConsole.Profile.Capabilities.ColorSystem = ColorSystem.NoColors;
        RolloutView? last = null;
        await AnsiConsole.Live(new Text("...")).AutoClear(false).Overflow(VerticalOverflow.Crop).StartAsync(async context =>
        {
            using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            var redrawing = Redraw(context, () => last, ended.Token);
            try
            {
                last = await Each(rollout, until, view => last = view, _ => { }, cancel);
            }
            finally
            {
                await ended.CancelAsync();
                await redrawing;
            }
            context.UpdateTarget(RolloutScreen.Draw(last, [], DateTimeOffset.UtcNow));
        });
        return last!;
    }

    private async Task Redraw(LiveDisplayContext context, Func<RolloutView?> last, CancellationToken ended)
    {
        RolloutView? drawn = null;
        var drawnAt = DateTimeOffset.MinValue;
        while (!ended.IsCancellationRequested)
        {
            var now = DateTimeOffset.UtcNow;
            if (last() is { } view && (!ReferenceEquals(view, drawn) || now - drawnAt > s_redraw))
            {
                context.UpdateTarget(RolloutScreen.Draw(view, await Instances(view, ended), now));
                (drawn, drawnAt) = (view, now);
            }
            await Task.Delay(50, CancellationToken.None);
        }
    }

    private async Task<IReadOnlyList<InstanceView>> Instances(RolloutView view, CancellationToken ended)
    {
        try
        {
            return (await calls.Get(Paths.Of(ApiRoutes.Environment, view.Environment), ApiJson.Default.EnvironmentView, ended)).Instances;
        }
        catch (Exception error) when (error is OperationCanceledException || VerbRun.Explain(error) is not null)
        {
            return []; // The picture goes on without them while the control plane is away.
        }
    }

    private async Task<RolloutView> Each(
        RolloutId rollout, FollowUntil until, Action<RolloutView> show, Action<string> notice, CancellationToken cancel)
    {
        var follower = new RolloutFollower(calls, RolloutFollower.LossMaxDefault) { Notice = notice };
        await foreach (var view in follower.Follow(rollout, cancel))
        {
            show(view);
            if (FollowedEnd.ExitCode(view, until) is not null)
                return view;
        }
        throw new InvalidOperationException("A rollout's views ended without its outcome.");
    }
}

using System.CommandLine;
using System.Text.Json;
using Slipway.Cli.Connection;
using Slipway.Cli.Following;
using Slipway.Cli.Invoking;
using Slipway.Cli.Output;
using Slipway.Core.Api;
using Slipway.Core.Manifests;

namespace Slipway.Cli.Verbs;

/// <summary><c>slipway show</c>: one rollout or one release.</summary>
internal static class ShowVerb
{
    /// <summary>The verb's command.</summary>
    public static Command Make()
    {
        var command = new Command("show", "Show a rollout or a release.");
        var id = new Argument<string>("ID") { Description = "A rollout, such as staging-12, or a release, such as 3f2a9c1b7d04." };
        var follow = new Option<bool>("--follow", "-F") { Description = "Follow the rollout until it has settled. Also -f, when no manifest is named." };
        command.Arguments.Add(id);
        command.Options.Add(follow);
        var common = CommonOptions.AddTo(command, "told by the rollout's id.", followTakesF: true);
        Examples.Add(command, "0 shown (with --follow: promoted); 1 rolled back, aborted or failed (with --follow); 2 no such thing; 3 no control plane.",
            "slipway show staging-12", "slipway show staging-12 -f", "slipway show 3f2a9c1b7d04 --json");
        command.SetAction((result, cancel) =>
        {
            var (text, json) = (result.GetValue(id)!, common.Json(result));
            if (ReleaseId.TryParse(text, out var release))
                return ShowRelease(common.ControlPlane(result), release, json, cancel);
            if (!RolloutId.TryParse(text, out var rollout))
                throw new CommandFailure(ExitCodes.Usage, $"\"{text}\" is neither a rollout nor a release.", $"Give {RolloutId.Shape}, or {ReleaseId.Shape}.");
            var calls = common.ControlPlane(result);
            return result.GetValue(follow)
                ? new RolloutFollowing(calls, json).Run(rollout, FollowUntil.Settled, cancel)
                : ShowRollout(calls, rollout, json, cancel);
        });
        return command;
    }

    /// <summary>A rollout, line by line.</summary>
    public static IEnumerable<string> Lines(RolloutView view, DateTimeOffset now)
    {
        yield return $"rollout    {view.Id} in {view.Environment}, {RolloutWords.Name(view.Strategy)} ({string.Join(", ", view.Steps)} %)";
        yield return $"asked for  {Durations.Stamp(view.RequestedAt)} by {view.Actor} ({view.Path})";
        yield return $"candidate  {RolloutWords.Name(view.Candidate)}";
        yield return $"stable     {RolloutWords.Name(view.Stable)}";
        if (view.Outcome is null)
            yield return $"now        {RolloutWords.Now(view, now)}";
        foreach (var gate in view.Gates)
            yield return RolloutWords.Gate(gate);
        foreach (var milestone in view.Milestones)
            yield return $"{Durations.Stamp(milestone.At)}  {milestone.What}";
        if (view.Outcome is null && !RolloutWords.IsPromoted(view))
            yield break;
        foreach (var line in RolloutWords.Ending(view))
            yield return line;
    }

    /// <summary>A release, line by line.</summary>
    public static IEnumerable<string> Lines(ReleaseView view)
    {
        yield return $"release  {view.Id}, version {view.Version}";
        yield return $"built    {Durations.Stamp(view.BuildDate)} from {view.GitSha}";
        foreach (var service in view.Services)
        {
            yield return $"{service.Service} ({service.Kind.ToString().ToLowerInvariant()}), {service.Replicas} instances, artefact {service.Artefact ?? "none"}";
            foreach (var route in service.Routes)
                yield return $"  route  {route}";
            foreach (var (name, value) in service.Settings.OrderBy(pair => pair.Key, StringComparer.Ordinal))
                yield return $"  {name}={value}";
            foreach (var (name, secret) in service.Secrets.OrderBy(pair => pair.Key, StringComparer.Ordinal))
                yield return $"  {name}={secret}";
        }
    }

    private static async Task<int> ShowRelease(ControlPlaneCalls calls, ReleaseId release, bool json, CancellationToken cancel)
    {
        var view = await calls.Get(Paths.Of(ApiRoutes.Release, release), ApiJson.Default.ReleaseView, cancel);
        if (json)
            StandardStreams.Line(JsonSerializer.SerializeToUtf8Bytes(view, ApiJson.Default.ReleaseView));
        else
            Print(Lines(view));
        return ExitCodes.Done;
    }

    private static async Task<int> ShowRollout(ControlPlaneCalls calls, RolloutId rollout, bool json, CancellationToken cancel)
    {
        var view = await calls.Get(Paths.Of(ApiRoutes.Rollout, rollout), ApiJson.Default.RolloutView, cancel);
        if (json)
            StandardStreams.Line(JsonSerializer.SerializeToUtf8Bytes(view, ApiJson.Default.RolloutView));
        else
            Print(Lines(view, DateTimeOffset.UtcNow));
        return ExitCodes.Done;
    }

    private static void Print(IEnumerable<string> lines)
    {
        foreach (var line in lines)
            StandardStreams.Line(line);
    }
}

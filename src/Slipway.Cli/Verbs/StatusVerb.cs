using System.CommandLine;
using System.Text;
using System.Text.Json;
using Slipway.Cli.Connection;
using Slipway.Cli.Following;
using Slipway.Cli.Invoking;
using Slipway.Cli.Output;
using Slipway.Core.Api;

namespace Slipway.Cli.Verbs;

/// <summary><c>slipway status</c>: what runs.</summary>
internal static class StatusVerb
{
    /// <summary>The verb's command.</summary>
    public static Command Make()
    {
        var command = new Command("status", "Show what runs: releases, instances, shares of traffic, the rollout under way.");
        var common = CommonOptions.AddTo(command, "all of them.");
        Examples.Add(command, "0 shown; 2 no such environment; 3 no control plane.", "slipway status", "slipway status -e production --json");
        command.SetAction(async (result, cancel) =>
        {
            var calls = common.ControlPlane(result);
            if (common.Environment(result) is { } named)
            {
                var view = await calls.Get(Paths.Of(ApiRoutes.Environment, named), ApiJson.Default.EnvironmentView, cancel);
                Show([view], common.Json(result), () => JsonSerializer.SerializeToUtf8Bytes(view, ApiJson.Default.EnvironmentView));
                return ExitCodes.Done;
            }
            var all = await EnvironmentChoice.All(calls, cancel);
            Show(all, common.Json(result), () => JsonSerializer.SerializeToUtf8Bytes(all, ApiJson.Default.IReadOnlyListEnvironmentView));
            return ExitCodes.Done;
        });
        return command;
    }

    /// <summary>An environment's heading: lines above its instances.</summary>
    public static IEnumerable<string> Heading(EnvironmentView view, DateTimeOffset now)
    {
        yield return $"{view.Application} in {view.Environment}: {view.State}{(view.Address is null ? "" : $", {view.Address}")}";
        if (view.Live is { } live)
            yield return $"  live      {RolloutWords.Name(live)}, built {Durations.Stamp(live.BuildDate)} from {Short(live.GitSha)}";
        if (view.Previous is { } previous)
            yield return $"  previous  {RolloutWords.Name(previous)}, kept warm";
        if (view.Rollout is { } rollout)
            yield return $"  rollout   {rollout.Id} ({RolloutWords.Name(rollout.Strategy)}) of {RolloutWords.Name(rollout.Candidate)}: {RolloutWords.Now(rollout, now)}";
        if (view.Schema is { } schema)
            yield return $"  schema    {schema}";
        foreach (var share in view.Rollout?.Workers ?? [])
            yield return $"  at work   {RolloutWords.Share(share)}";
        foreach (var queued in view.Queue)
            yield return $"  queued    {queued.Id} by {queued.Actor}";
        foreach (var rotation in view.Rotations ?? []) // Generated readers leave out the default of a value that the JSON leaves out.
            yield return $"  rotation  {rotation.Id} of {rotation.Setting}: {RotationWords.Now(rotation)}";
        foreach (var alarm in view.Alarms ?? [])
        {
            yield return $"  ALARM     {alarm.Text} ({alarm.Kind}, since {Durations.Stamp(alarm.Since)})";
            yield return $"            {alarm.Remedy}";
        }
        foreach (var trouble in view.Troubles)
            yield return $"  trouble   {trouble}";
    }

    /// <summary>An environment's instances.</summary>
    public static TextTable Instances(EnvironmentView view, DateTimeOffset now)
    {
        var table = new TextTable("service", "release", "instance", "phase", ">traffic", ">age", ">restarts", ">memory", ">cpu", "address", "trouble");
        foreach (var instance in view.Instances.OrderBy(instance => instance.Service.ToString(), StringComparer.Ordinal).ThenBy(instance => instance.Id.ToString(), StringComparer.Ordinal))
        {
            table.Add(
                instance.Service.ToString(),
                Role(instance, view),
                instance.Id.ToString(),
                instance.Phase,
                instance.TrafficPercent is { } share ? $"{share:0.#} %" : null,
                instance.StartedAt is { } started ? Durations.Ago(started, now) : null,
                instance.Restarts.ToString(),
                instance.MemoryBytes is { } bytes ? $"{bytes / 1048576.0:0} MiB" : null,
                instance.CpuCores is { } cores ? $"{cores:0.00}" : null,
                instance.Address,
                instance.Trouble);
        }
        return table;
    }

    private static void Show(IReadOnlyList<EnvironmentView> views, bool json, Func<byte[]> asJson)
    {
        if (json)
        {
            StandardStreams.Line(asJson());
            return;
        }
        if (views.Count == 0)
            StandardStreams.Line("Nothing was ever deployed here. Begin with: slipway deploy ENV");
        var now = DateTimeOffset.UtcNow;
        foreach (var view in views)
        {
            var heading = new StringBuilder();
            foreach (var line in Heading(view, now))
                heading.Append(line).Append('\n');
            StandardStreams.Text(heading.ToString());
            if (view.Instances.Count > 0)
                TableWriter.Show(Instances(view, now));
        }
    }

    private static string Role(InstanceView instance, EnvironmentView view)
    {
        var role = instance.Release == view.Live?.Id ? "live"
            : instance.Release == view.Rollout?.Candidate?.Id ? "candidate"
            : instance.Release == view.Previous?.Id ? "previous" : "old";
        return $"{instance.Release} {role}";
    }

    private static string Short(string gitSha) => gitSha.Length > 12 && !gitSha.Contains('-') ? gitSha[..12] : gitSha;
}

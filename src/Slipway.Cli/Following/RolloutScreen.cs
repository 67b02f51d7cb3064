using Slipway.Cli.Output;
using Slipway.Core.Api;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Slipway.Cli.Following;

/// <summary>A rollout as one picture that is redrawn at every change and every second. Drawn in ASCII.</summary>
internal static class RolloutScreen
{
    private const int BarWidth = 40;
    private const int MilestonesShown = 6;

    /// <summary>The picture of a rollout and, when known, of its environment's instances.</summary>
    public static IRenderable Draw(RolloutView view, IReadOnlyList<InstanceView> instances, DateTimeOffset now)
    {
        var parts = new List<IRenderable>
        {
            new Markup($"[bold]{Markup.Escape($"{view.Id}  {RolloutWords.Name(view.Strategy)}  {RolloutWords.Name(view.Stable)} -> {RolloutWords.Name(view.Candidate)}")}[/]"),
            new Columns(new Text(Bar(view.Percent)), new Text(RolloutWords.Now(view, now), StateColours.Of(view.Phase))) { Expand = false },
        };
        if (view.Gates.Count > 0)
            parts.Add(Gates(view.Gates));
        if (instances.Count > 0)
            parts.Add(Instances(instances, view));
        foreach (var milestone in view.Milestones.TakeLast(MilestonesShown))
            parts.Add(new Text($"{milestone.At.UtcDateTime:HH:mm:ss}  {milestone.What}", new Style(decoration: Decoration.Dim)));
        return new Rows(parts);
    }

    /// <summary>A share as a bar, <c>[####------]</c>.</summary>
    public static string Bar(int percent)
    {
        var filled = Math.Clamp(percent, 0, 100) * BarWidth / 100;
        return $"[{new string('#', filled)}{new string('-', BarWidth - filled)}] {percent,3} %";
    }

    private static Table Gates(IReadOnlyList<GateView> gates)
    {
        var table = new Table().Border(TableBorder.Ascii).AddColumns("gate", "service", "verdict", "reading");
        foreach (var gate in gates)
            table.AddRow(new Text(gate.Name), new Text(gate.Service?.ToString() ?? "-"), new Text(gate.Verdict, StateColours.Of(gate.Verdict)), new Text(gate.Reading));
        return table;
    }

    private static Table Instances(IReadOnlyList<InstanceView> instances, RolloutView view)
    {
        var table = new Table().Border(TableBorder.Ascii).AddColumns("instance", "release", "phase", "trouble");
        foreach (var instance in instances)
        {
            var role = instance.Release == view.Candidate?.Id ? "candidate" : instance.Release == view.Stable?.Id ? "stable" : "old";
            table.AddRow(new Text(instance.Id.ToString()), new Text(role), new Text(instance.Phase, StateColours.Of(instance.Phase)), new Text(instance.Trouble ?? "-"));
        }
        return table;
    }
}

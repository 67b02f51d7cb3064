using System.Collections.Immutable;
using Slipway.Releases.Ports;
using Slipway.Releases.Rollouts;

namespace Slipway.Releases.Running;

/// <summary>Fetches the end of what a failed instance wrote.</summary>
internal static class LastLines
{
    /// <summary>How many.</summary>
    public const int Count = 20;

    private static readonly TimeSpan TimeMax = TimeSpan.FromSeconds(2);

    /// <summary>The last lines of the instance that a failure names, else of the service; what the build gave otherwise.</summary>
    public static async Task<ImmutableArray<string>> Of(ITarget target, TimeProvider clock, RolloutState rollout, CancellationToken cancellation)
    {
        var failure = rollout.Failure!;
        if (rollout.Candidate is not { } candidate || (failure.Instance is null && failure.Service is null))
            return failure.LastLines;
        return await Of(target, clock, new LogQuery(rollout.Environment, failure.Service, candidate, failure.Instance, Count, Follow: false), cancellation);
    }

    /// <summary>The last lines that a query gives; what cannot be read in time is left out, and said.</summary>
    public static async Task<ImmutableArray<string>> Of(ITarget target, TimeProvider clock, LogQuery query, CancellationToken cancellation)
    {
        var lines = new List<string>();
        using var late = new CancellationTokenSource(TimeMax, clock);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellation, late.Token);
        try
        {
            await foreach (var line in target.Logs(query, end.Token))
                lines.Add(line.Text);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            lines.Add("(the rest could not be read in time)");
        }
        catch (Exception fault) when (fault is TargetException or IOException)
        {
            lines.Add($"(the log could not be read: {fault.Message})");
        }
        return [.. lines.TakeLast(Count)];
    }
}

using System.Diagnostics;
using Slipway.Cli.Connection;
using Slipway.Cli.Following;
using Slipway.Cli.Invoking;
using Slipway.Core.Api;

namespace Slipway.Cli.Demonstration;

/// <summary>A rollout of the demo, and where its time went.</summary>
/// <param name="View">How it stood at its promotion or its end.</param>
/// <param name="Took">From the request to then.</param>
/// <param name="PhaseTimes">How long it was in each phase, of baking only until the bake was over; then <see cref="Deciding"/>.</param>
internal sealed record DemoRollout(RolloutView View, TimeSpan Took, IReadOnlyDictionary<string, TimeSpan> PhaseTimes)
{
    /// <summary>What it does after a bake while the gates have seen too little to say anything.</summary>
    public const string Deciding = "deciding";

    // How the engine begins to tell what such a rollout waits for; if it ever tells it otherwise, that time counts as the rollout's own.
    private const string Undecided = "a clear verdict";

    /// <summary>Whether its candidate got all traffic.</summary>
    public bool Promoted => RolloutWords.IsPromoted(View);

    /// <summary>How long it was in some phases.</summary>
    public TimeSpan In(params ReadOnlySpan<string> phases)
    {
        var sum = TimeSpan.Zero;
        foreach (var phase in phases)
            sum += PhaseTimes.GetValueOrDefault(phase);
        return sum;
    }

    /// <summary>Deploys a version and follows it to its promotion or its end.</summary>
    public static async Task<DemoRollout> Run(
        DemoStage stage, string version, IReadOnlyDictionary<string, string> variables, DemoPrinter printer, CancellationToken cancel)
    {
        var request = new DeployRequest
        {
            ManifestPath = stage.Manifest,
            Variables = variables,
            Version = version,
            Queue = true, // The guard of the release before may still be watching.
        };
        var started = Stopwatch.GetTimestamp();
        var answer = await stage.Calls.Post(
            Paths.Of(ApiRoutes.Deploy, stage.Environment), request, ApiJson.Default.DeployRequest, ApiJson.Default.DeployAnswer, cancel);
        if (answer.Rollout is not { } rollout)
            throw new CommandFailure(ExitCodes.No, $"The demo's version {version} was not rolled out: {answer.Message}", "Run the demo again.");
        var times = new Dictionary<string, TimeSpan>();
        var lines = new RolloutLines();
        var (phase, since) = (rollout.Phase, started);
        var follower = new RolloutFollower(stage.Calls, RolloutFollower.LossMaxDefault) { Notice = printer.Say };
        await foreach (var view in follower.Follow(rollout.Id, cancel))
        {
            var now = Stopwatch.GetTimestamp();
            times[phase] = times.GetValueOrDefault(phase) + Stopwatch.GetElapsedTime(since, now);
            (phase, since) = (view.Phase == "baking" && view.Waiting?.StartsWith(Undecided, StringComparison.Ordinal) == true ? Deciding : view.Phase, now);
            foreach (var line in lines.Next(view, DateTimeOffset.UtcNow))
                printer.Detail(line);
            if (view.Outcome is not null || RolloutWords.IsPromoted(view))
                return new(view, Stopwatch.GetElapsedTime(started, now), times);
        }
        throw new InvalidOperationException("A rollout's views ended without its outcome.");
    }
}

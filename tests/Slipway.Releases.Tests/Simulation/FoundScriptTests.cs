using System.Collections.Immutable;
using Slipway.Core.Manifests;
using Slipway.Simulation.Scripts;

namespace Slipway.Releases.Tests.Simulation;

/// <summary>Scenes that random scripts have found and that were made small: each broke an invariant once.</summary>
public sealed class FoundScriptTests
{
    [Fact]
    public Task Workers_that_are_not_well_stay_until_those_of_the_release_before_are_ready() => Holds(
        10000015,
        20,
        [
            new() { Version = "1", Strategy = Strategy.BlueGreen, Services = [Worker] },
            new()
            {
                Version = "2",
                Strategy = Strategy.BlueGreen,
                GuardSeconds = 1,
                Behaviour = new() { EndsAfter = TimeSpan.FromSeconds(7), FlapsEvery = TimeSpan.FromSeconds(1.3) },
                Services = [Worker],
            },
        ],
        [new Move.Deploy(0, "1"), new Move.Deploy(1, "2")]);

    [Fact]
    public Task A_migration_that_ended_just_before_all_is_brought_down_is_not_run_again() => Holds(
        4171,
        20,
        [new() { Version = "2", Strategy = Strategy.BlueGreen, Services = [new("store", ServiceKind.Api, 1) { Migrates = true }] }],
        [new Move.Deploy(15, "2"), new Move.Stall(16, 1), new Move.Down(17), new Move.Deploy(20, "2")]);

    [Fact]
    public Task A_job_that_ended_just_before_all_is_brought_down_is_not_run_again() => Holds(
        3207,
        20,
        [new() { Version = "1", Strategy = Strategy.BlueGreen, Services = [Worker, new("report", ServiceKind.Job, 1)] }],
        [new Move.Deploy(0, "1"), new Move.Down(1), new Move.Deploy(3, "1")]);

    [Fact]
    public Task What_must_not_run_twice_waits_for_one_that_an_undone_rollout_left_behind() => Holds(
        18554,
        50,
        [
            new() { Version = "1", Strategy = Strategy.BlueGreen, Services = [Api(1) with { Migrates = true }, Clock] },
            new()
            {
                Version = "3",
                Strategy = Strategy.Recreate,
                Behaviour = new() { SmokeFails = true },
                Services = [Api(1) with { Smoke = true }, Clock],
            },
        ],
        [new Move.Deploy(0, "1"), new Move.Deploy(6.8, "3"), new Move.ClockJump(18, 14.9)],
        Kills(101));

    [Fact]
    public Task A_recreated_release_is_taken_out_of_the_traffic_by_a_control_plane_that_has_just_begun() => Holds(
        25188,
        5,
        [
            new() { Version = "1", Strategy = Strategy.BlueGreen, Services = [Api(1) with { Migrates = true }] },
            new()
            {
                Version = "3",
                Strategy = Strategy.Recreate,
                GuardSeconds = 2,
                Behaviour = new() { Latency = TimeSpan.FromSeconds(0.06), LosesReadinessAfter = TimeSpan.FromSeconds(3) },
                Services = [Api(2) with { Migrates = true }],
            },
        ],
        [new Move.Deploy(0, "1"), new Move.Deploy(5, "3")],
        Kills(110));

    [Fact]
    public Task A_fault_that_both_releases_share_again_and_again_holds_a_rollout_until_its_deadline_only() => Holds(
        27780,
        20,
        [
            new() { Version = "2", Strategy = Strategy.BlueGreen, Behaviour = new() { EndsAfter = TimeSpan.FromSeconds(4) }, Services = [Clock] },
            new() { Version = "3", Strategy = Strategy.BlueGreen, BakeSeconds = 1, Behaviour = new() { FlapsEvery = TimeSpan.FromSeconds(1.3) }, Services = [Api(1)] },
        ],
        [new Move.Deploy(0, "2"), new Move.Deploy(0, "3", Queue: true)]);

    [Fact]
    public Task Workers_of_a_release_that_comes_back_do_not_wait_for_ever_for_what_they_need() => Holds(
        92971,
        5,
        [
            new() { Version = "1", Strategy = Strategy.Rolling, BakeSeconds = 1, GuardSeconds = 3, Services = [Api(2)] },
            new()
            {
                Version = "3",
                Strategy = Strategy.BlueGreen,
                WhenInconclusive = InconclusiveAction.Hold,
                Behaviour = new() { LosesReadinessAfter = TimeSpan.FromSeconds(18) },
                Services = [new("store", ServiceKind.Api, 1) { Migrates = true }, Worker with { Needs = ["store"] }],
            },
        ],
        [new Move.Deploy(0, "1"), new Move.Deploy(0, "3", Queue: true), new Move.Deploy(36, "1"), new Move.GoBack(50), new Move.GoBack(57)]);

    private static ScriptedService Worker => new("worker", ServiceKind.Worker, 1);

    private static ScriptedService Clock => new("clock", ServiceKind.Scheduler, 1) { Overlap = false };

    private static ScriptedService Api(int instances) => new("api", ServiceKind.Api, instances) { Routed = true };

    // The death that broke it, and those around it: what the engine does before may become more or less.
    private static IEnumerable<int> Kills(int around) => Enumerable.Range(around - 30, 60);

    private static async Task Holds(int seed, double rate, ImmutableArray<ScriptedRelease> releases, ImmutableArray<Move> moves, IEnumerable<int>? kills = null)
    {
        foreach (var kill in kills ?? [int.MaxValue])
        {
            var played = await ScriptPlay.Of(new() { Seed = seed, RequestRate = rate, Releases = releases, Moves = moves, Kills = [kill] });
            Assert.True(played.Wrong.IsEmpty, $"killed at {kill}: {string.Join('\n', played.Wrong)}\n{played.Tale()}");
        }
    }
}

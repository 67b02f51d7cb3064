using System.Diagnostics;
using System.Text.Json;

namespace Slipway.EndToEnd.Tests;

/// <summary>Migrations and jobs as real processes, which go on while the control plane is dead.</summary>
public sealed class MigrationTests
{
    private const string Shop = """
        app: stage
        services:
          web:
            inputs: [once.sh]
            build: cp once.sh ${OUT}/
            run: $FIXTURE
            migrate: { run: sh once.sh migrate, timeout: LIMIT }
            port: 8080
            health: { path: /health, period: 100ms }
            route: /
            stop: 1s
          report: { kind: job, inputs: [once.sh], build: "cp once.sh ${OUT}/", run: sh once.sh report, needs: [web], stop: 1s }
        settings:
          HOW: { type: string, services: [web], doc: How the migration ends. }
        rollout: { strategy: blue-green, bake: 0s, start: 10s }
        guard: 0s
        environments:
          staging: {}
        """;

    // What it does while nobody watches stands in a file that no release touches.
    private const string Once = """
        echo "$1 begins" >> "$SLIPWAY_DATA/runs"
        case "$1-$HOW" in
          migrate-wait) while [ ! -e "$SLIPWAY_DATA/go" ]; do sleep 0.05; done;;
          migrate-hang) sleep 600 & sleep 601;;
          migrate-flood) yes "a line that nobody reads" | head -n 400000; echo "no such column: price" >&2; exit 3;;
        esac
        echo "schema: 7"
        echo "$1 ends" >> "$SLIPWAY_DATA/runs"
        """;

    [Fact]
    public async Task A_migration_goes_on_while_the_control_plane_is_dead_and_is_not_run_twice()
    {
        await using var stage = await Live();
        await Deploy(stage, "wait", 0, "--wait", "none");
        await UntilRuns(stage, 3);
        Assert.Equal("migrating", (await stage.Status("staging")).GetProperty("rollout").GetProperty("phase").GetString());
        await stage.KillControlPlane();
        await File.WriteAllTextAsync(Path.Combine(Data(stage), "go"), "");
        await UntilRuns(stage, 4);

        await stage.StartControlPlane();
        await Stage.Until(async () => await stage.LiveVersion("staging") == "2", "version 2 is live");
        Assert.Equal(["migrate begins", "migrate ends"], Runs(stage).Skip(2).Take(2));
        Assert.Equal(["report begins", "report ends"], Runs(stage).Skip(4));
        Assert.Equal("7", (await stage.Status("staging")).GetProperty("schema").GetString());
    }

    [Fact]
    public async Task A_migration_that_is_killed_with_the_control_plane_ends_the_rollout_and_is_not_run_again()
    {
        await using var stage = await Live();
        await Deploy(stage, "wait", 0, "--wait", "none");
        await UntilRuns(stage, 3);
        await stage.KillControlPlane();
        foreach (var id in stage.Survivors().Where(id => IsMigration(id)))
        {
            using var kill = Process.Start("kill", ["-KILL", $"{id}"]);
            await kill.WaitForExitAsync();
        }

        await stage.StartControlPlane();
        await Stage.Until(async () => !(await stage.Status("staging")).TryGetProperty("rollout", out var rollout) || rollout.ValueKind == JsonValueKind.Null, "the rollout is over");
        var shown = (await stage.Slipway(["show", "staging-2"])).ShouldExit(0);
        Assert.Contains("nobody saw how", shown.All);
        Assert.Equal(3, Runs(stage).Length);
        Assert.Equal("1", await stage.LiveVersion("staging"));
    }

    [Fact]
    public async Task A_migration_that_hangs_is_ended_at_its_limit_with_all_that_it_started()
    {
        await using var stage = await Live(limit: "1s");
        var ran = await Deploy(stage, "hang", 1);
        Assert.Contains("did not end within 1 s", ran.All);
        Assert.Equal("1", await stage.LiveVersion("staging"));
        Assert.DoesNotContain(stage.Survivors(), IsMigration);
    }

    [Fact]
    public async Task A_migration_that_floods_its_output_and_fails_is_explained_by_its_last_lines()
    {
        await using var stage = await Live();
        var ran = await Deploy(stage, "flood", 1);
        Assert.Contains("exited with code 3", ran.All);
        Assert.Contains("no such column: price", ran.All);
        Assert.Equal("1", await stage.LiveVersion("staging"));
    }

    private static string Data(Stage stage) => Path.Combine(stage.Home, "environments", "staging", "data");

    private static string RunsFile(Stage stage) => Path.Combine(Data(stage), "runs");

    private static string[] Runs(Stage stage) => File.ReadAllLines(RunsFile(stage));

    private static Task UntilRuns(Stage stage, int lines) => Stage.Until(() => Task.FromResult(Runs(stage).Length >= lines), $"{lines} lines tell of runs");

    private static bool IsMigration(int id)
    {
        try
        {
            return File.ReadAllText($"/proc/{id}/cmdline").Contains("migrate", StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return false;
        }
    }

    private static async Task<Stage> Live(string limit = "1m")
    {
        var stage = new Stage();
        stage.Write(Shop.Replace("LIMIT", limit));
        await File.WriteAllTextAsync(Path.Combine(stage.Folder, "once.sh"), Once);
        await stage.StartControlPlane();
        (await stage.Slipway(["deploy", "staging", "--version", "1"])).ShouldExit(0);
        Assert.Equal(["migrate begins", "migrate ends", "report begins", "report ends"], Runs(stage));
        await File.WriteAllTextAsync(RunsFile(stage), "one\ntwo\n");
        return stage;
    }

    private static async Task<Ran> Deploy(Stage stage, string how, int exitCode, params string[] more)
        => (await stage.Slipway(["deploy", "staging", "--version", "2", .. more], new() { ["HOW"] = how })).ShouldExit(exitCode);
}

using System.Text.Json;

namespace Slipway.Cli.Tests.Running;

/// <summary>The verbs check, env, run and render, on settings.</summary>
public sealed class SettingVerbTests : IDisposable
{
    private const string Manifest = """
        app: shop
        services:
          api: { run: ./api }
          worker: { run: ./work }
        settings:
          API__URL: { type: url, required: [production], doc: Where it is, example: https://a.example.org }
          API__KEY: { secret: true, formerly: [API__TOKEN] }
          WORKER__COUNT: { type: integer, range: 1..9, default: 3 }
          LEVEL: { type: enum, choices: [low, high], default: low }
        environments:
          staging: { settings: { LEVEL: high, API__KEY: secret://home/API__KEY } }
          production: {}
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("slipway-cli-").FullName;

    public SettingVerbTests() => Write("slipway.yaml", Manifest);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Check_looks_at_settings_only_where_it_is_asked_to_and_its_exit_code_tells_them_from_the_manifest()
    {
        (await Executable.Run(_folder, "check")).ShouldExit(0);
        (await Executable.Run(_folder, "check", "-e", "staging")).ShouldExit(0);
        Assert.Equal(
            "slipway.yaml:6:3: error SLIP062: The setting 'API__URL' has no value in production. Set the environment variable API__URL, or give it under environments: production: settings.\n",
            (await Executable.Run(_folder, "check", "--all")).ShouldExit(1).Output);
        (await Executable.Run(_folder, [("API__URL", "https://a.example.org")], "check", "--all")).ShouldExit(0);
        (await Executable.Run(_folder, "check", "--all", "-e", "staging")).ShouldExit(2);
        Write("slipway.yaml", Manifest.Replace("integer", "integr"));
        (await Executable.Run(_folder, "check", "--all")).ShouldExit(2);
    }

    [Fact]
    public async Task Env_tells_value_place_and_what_was_overridden_and_hides_secrets()
    {
        Write(".env", "API__KEY=s3cr3t-value\nLEVEL=high\n");
        var ran = (await Executable.Run(_folder, [("LEVEL", "low")], "env", "--json")).ShouldExit(0);
        Assert.DoesNotContain("s3cr3t", ran.Output + ran.Error);
        var settings = JsonDocument.Parse(ran.Output).RootElement.GetProperty("settings").EnumerateArray().ToDictionary(one => one.GetProperty("name").GetString()!);
        Assert.Equal(("low", "variable LEVEL"), (settings["LEVEL"].GetProperty("value").GetString(), settings["LEVEL"].GetProperty("place").GetString()));
        Assert.Equal([".env:2", "default"], settings["LEVEL"].GetProperty("overrode").EnumerateArray().Select(one => one.GetString()));
        Assert.Equal("********", settings["API__KEY"].GetProperty("value").GetString());
        Assert.Equal(JsonValueKind.Null, settings["API__URL"].GetProperty("value").ValueKind);
        Assert.DoesNotContain("API__", (await Executable.Run(_folder, "env", "--service", "worker")).ShouldExit(0).Output);
        Assert.Contains("Did you mean 'worker'?", (await Executable.Run(_folder, "env", "--service", "workr")).ShouldExit(2).Error);
    }

    [Fact]
    public async Task Env_tells_what_differs_between_two_environments()
    {
        var ran = (await Executable.Run(_folder, "env", "-e", "staging", "--diff", "production", "--json")).ShouldExit(0);
        var differing = JsonDocument.Parse(ran.Output).RootElement.GetProperty("settings").EnumerateArray().Select(one => one.GetProperty("name").GetString());
        Assert.Equal(["API__KEY", "LEVEL"], differing);
        Assert.StartsWith("Every setting has the same value", (await Executable.Run(_folder, "env", "-e", "staging", "--diff", "staging")).ShouldExit(0).Output);
    }

    [Fact]
    public async Task Run_gives_a_command_exactly_what_its_service_sees()
    {
        (string, string?)[] variables = [("API__KEY", "s3cr3t-value"), ("WORKER__COUNT", "5"), ("UNRELATED", "kept"), ("SLIPWAY_SECRETS_PASSPHRASE", "ours")];
        var lines = (await Executable.Run(_folder, variables, "run", "--service", "api", "--", "env")).ShouldExit(0).Output.Split('\n');
        Assert.Contains("API__KEY=s3cr3t-value", lines);
        Assert.Contains("LEVEL=low", lines);
        Assert.Contains("UNRELATED=kept", lines);
        Assert.Contains("SLIPWAY_ENVIRONMENT=local", lines);
        Assert.DoesNotContain(lines, line => line.StartsWith("WORKER__COUNT") || line.StartsWith("SLIPWAY_SECRETS"));
        Assert.Contains("WORKER__COUNT=5", (await Executable.Run(_folder, variables, "run", "--", "env")).ShouldExit(0).Output);
    }

    [Fact]
    public async Task A_service_that_runs_alone_needs_nothing_of_another_ones_settings_and_reads_none_of_its_secrets()
    {
        (string, string?)[] variables = [("API__KEY_FILE", "/nowhere"), ("API__URL", "no address")];
        var ran = (await Executable.Run(_folder, variables, "run", "-e", "staging", "--service", "worker", "--", "env")).ShouldExit(0);
        Assert.Empty(ran.Error);
        Assert.DoesNotContain("API__", ran.Output);
        Assert.Contains("LEVEL=high\n", ran.Output);
        Assert.Empty((await Executable.Run(_folder, variables, "env", "-e", "production", "--service", "worker")).ShouldExit(0).Error);
        (await Executable.Run(_folder, variables, "run", "-e", "staging", "--service", "api", "--", "env")).ShouldExit(1);
    }

    [Fact]
    public async Task A_variable_that_feeds_a_secret_is_given_under_the_secrets_name_and_to_nobody_else()
    {
        Write("slipway.yaml", Manifest.Replace("secret://home/API__KEY", "secret://vars/KEY") + "\nsecrets: { vars: { kind: environment, prefix: VAULTED_ } }\n");
        (string, string?)[] variables = [("VAULTED_KEY", "s3cr3t-value")];
        var ran = (await Executable.Run(_folder, variables, "run", "-e", "staging", "--service", "api", "--", "env")).ShouldExit(0);
        Assert.Contains("API__KEY=s3cr3t-value\n", ran.Output);
        Assert.DoesNotContain("VAULTED_KEY", ran.Output);
        Assert.DoesNotContain("s3cr3t", (await Executable.Run(_folder, variables, "run", "-e", "staging", "--service", "worker", "--", "env")).ShouldExit(0).Output);
    }

    [Fact]
    public async Task A_start_that_fails_tells_machines_every_fault()
    {
        var refused = (await Executable.Run(_folder, [("LEVEL", "loud")], "run", "--json", "-e", "production", "--", "true")).ShouldExit(1);
        var faults = JsonDocument.Parse(refused.Output).RootElement.GetProperty("faults").EnumerateArray().Select(fault => fault.GetString()!).ToList();
        Assert.Equal(["SLIP062", "SLIP061"], faults.Select(fault => fault.Split("error ")[1][..7]));
        Assert.Equal(1, refused.Error.Split('\n').Count(line => line.Contains("SLIP062")));
    }

    [Fact]
    public async Task Run_reads_the_file_that_a_variable_names()
    {
        Write("key", "from-a-file\n");
        var ran = (await Executable.Run(_folder, [("API__KEY_FILE", Path.Combine(_folder, "key"))], "run", "--", "env")).ShouldExit(0);
        Assert.Contains("API__KEY=from-a-file\n", ran.Output);
        Assert.DoesNotContain("API__KEY_FILE", ran.Output);
    }

    [Fact]
    public async Task Run_ends_as_its_command_does_and_starts_none_when_a_setting_is_wrong()
    {
        (await Executable.Run(_folder, "run", "--", "sh", "-c", "exit 7")).ShouldExit(7);
        Assert.Contains("There is no program nosuch", (await Executable.Run(_folder, "run", "--", "nosuch")).ShouldExit(127).Error);
        Assert.Contains("may not be run", (await Executable.Run(_folder, "run", "--", "./slipway.yaml")).ShouldExit(126).Error);
        var refused = (await Executable.Run(_folder, [("LEVEL", "loud"), ("WORKER__COUNT", "0")], "run", "-e", "production", "--", "touch", "started")).ShouldExit(1);
        Assert.Equal(3, refused.Error.Split('\n').Count(line => line.Contains(": error SLIP06")));
        Assert.False(File.Exists(Path.Combine(_folder, "started")));
        (await Executable.Run(_folder, "run")).ShouldExit(2);
    }

    [Fact]
    public async Task Run_takes_the_place_of_its_caller_so_that_signals_reach_the_command()
    {
        using var process = Executable.Start(_folder, [], "run", "--", "sleep", "60");
        while (!File.ReadAllText($"/proc/{process.Id}/cmdline").StartsWith("sleep", StringComparison.Ordinal))
            await Task.Delay(20, TestContext.Current.CancellationToken);
        process.Kill();
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(137, process.ExitCode);
    }

    [Fact]
    public async Task A_setting_whose_name_ends_as_that_of_a_file_is_a_setting()
    {
        Write("slipway.yaml", Manifest.Replace("  LEVEL:", "  LEVEL_FILE: { type: string }\n  LEVEL:"));
        var ran = (await Executable.Run(_folder, [("LEVEL_FILE", "/var/log/level")], "run", "--", "env")).ShouldExit(0);
        Assert.Contains("LEVEL_FILE=/var/log/level\n", ran.Output);
        Assert.Contains("LEVEL=low\n", ran.Output);
    }

    [Fact]
    public async Task A_folder_in_the_place_of_the_file_is_told()
    {
        Directory.CreateDirectory(Path.Combine(_folder, ".env"));
        Assert.Contains(".env: error SLIP079", (await Executable.Run(_folder, "check", "-e", "local")).ShouldExit(1).Output);
    }

    [Fact]
    public async Task Machines_are_told_what_was_rendered()
    {
        var shown = JsonDocument.Parse((await Executable.Run(_folder, "render", "dotenv", "-e", "staging", "--json")).ShouldExit(0).Output).RootElement;
        Assert.Equal(".env.staging.example", shown.GetProperty("file").GetString());
        Assert.Contains("LEVEL=high", shown.GetProperty("content").GetString());
        var written = (await Executable.Run(_folder, "render", "dotenv", "--write", "--json")).ShouldExit(0).Output.Trim().Split('\n');
        Assert.Contains(".env.example", written.Select(line => JsonDocument.Parse(line).RootElement.GetProperty("file").GetString()));
    }

    [Fact]
    public async Task A_rendered_file_that_is_stale_fails_the_check_until_it_is_rendered_again()
    {
        foreach (var kind in (string[])["dotenv", "settings", "settings-schema"])
            (await Executable.Run(_folder, "render", kind, "--write")).ShouldExit(0);
        (await Executable.Run(_folder, "check")).ShouldExit(0);
        Assert.True(File.Exists(Path.Combine(_folder, ".env.production.example")));
        JsonDocument.Parse(File.ReadAllText(Path.Combine(_folder, "docs", "settings.schema.json")));
        Write("slipway.yaml", Manifest.Replace("range: 1..9", "range: 1..8"));
        var stale = (await Executable.Run(_folder, "check")).ShouldExit(1);
        Assert.Contains(".env.example: error SLIP078: The file is not as the manifest would render it now. Render it again: slipway render dotenv -e local --write", stale.Output);
        Assert.Contains(Path.Combine("docs", "settings.md"), stale.Output);
        (await Executable.Run(_folder, "render", "dotenv", "--write")).ShouldExit(0);
        (await Executable.Run(_folder, "render", "settings", "--write")).ShouldExit(0);
        (await Executable.Run(_folder, "render", "settings-schema", "--write")).ShouldExit(0);
        (await Executable.Run(_folder, "check")).ShouldExit(0);
    }

    [Fact]
    public async Task An_example_that_is_copied_as_it_stands_says_what_is_still_missing()
    {
        var example = (await Executable.Run(_folder, "render", "dotenv")).ShouldExit(0).Output;
        Write(".env", example);
        (await Executable.Run(_folder, "check", "-e", "local")).ShouldExit(0);
        Assert.Contains("# API__KEY=\n", example);
        Assert.Contains("API__URL=https://a.example.org", (await Executable.Run(_folder, "render", "dotenv", "-e", "production")).ShouldExit(0).Output);
    }

    private void Write(string name, string text) => File.WriteAllText(Path.Combine(_folder, name), text);
}

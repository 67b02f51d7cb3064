using System.Text.Json;

namespace Slipway.Cli.Tests.Running;

/// <summary>The verbs of secrets, on the store of a home.</summary>
public sealed class SecretVerbTests : IDisposable
{
    private const string Manifest = """
        app: shop
        services: { api: { run: ./api } }
        settings:
          API__KEY: { secret: true, store: home, range: 8..64 }
          API__KEYS: { type: jwks, secret: true }
        environments: { staging: {} }
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("slipway-cli-").FullName;

    public SecretVerbTests() => File.WriteAllText(Path.Combine(_folder, "slipway.yaml"), Manifest);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_secret_is_set_listed_read_and_retired_and_shown_only_when_that_is_asked_for()
    {
        Assert.Equal("Kept as secret://home/staging/API__KEY#1.\n", (await Set("first-value")).Output);
        Assert.Equal("Kept as secret://home/staging/API__KEY#2.\n", (await Set("second-value")).Output);
        Assert.Equal("secret://home/staging/API__KEY#2 ********\n", (await Run("get", "API__KEY")).ShouldExit(0).Output);
        Assert.Equal("second-value\n", (await Run("get", "API__KEY", "--reveal")).ShouldExit(0).Output);
        Assert.Equal("first-value\n", (await Run("get", "API__KEY#1", "--reveal")).ShouldExit(0).Output);
        (await Run("retire", "API__KEY#2")).ShouldExit(0);
        Assert.Equal("first-value\n", (await Run("get", "API__KEY", "--reveal")).ShouldExit(0).Output);
        var listed = JsonDocument.Parse((await Run("list", "--json")).ShouldExit(0).Output).RootElement.EnumerateArray().ToList();
        Assert.Equal([false, true], listed.Select(entry => entry.TryGetProperty("retiredAt", out _)));
        (await Run("retire", "API__KEY")).ShouldExit(2);
        (await Run("get", "NOTHING")).ShouldExit(1);
        var shown = JsonDocument.Parse((await Run("get", "API__KEY", "--json")).ShouldExit(0).Output).RootElement;
        Assert.Equal("secret://home/staging/API__KEY#1", shown.GetProperty("reference").GetString());
        Assert.False(shown.TryGetProperty("value", out _));
    }

    [Fact]
    public async Task A_value_of_the_wrong_type_or_none_is_not_kept()
    {
        Assert.Contains("must be 8..64 characters long. Nothing was kept.", (await Set("short", exitCode: 1)).Error);
        Assert.Contains("The value is empty.", (await Set("", exitCode: 2)).Error);
        Assert.Equal("The store 'home' has no secret of staging.\n", (await Run("list")).ShouldExit(0).Output);
    }

    [Fact]
    public async Task What_is_generated_is_of_the_settings_type()
    {
        (await Run("set", "API__KEY", "--generate")).ShouldExit(0);
        (await Run("set", "API__KEYS", "--generate")).ShouldExit(0);
        Assert.Equal(43, (await Run("get", "API__KEY", "--reveal")).ShouldExit(0).Output.Trim().Length);
        using var keys = JsonDocument.Parse((await Run("get", "API__KEYS", "--reveal")).ShouldExit(0).Output);
        Assert.Equal("ES256", keys.RootElement.GetProperty("keys")[0].GetProperty("alg").GetString());
    }

    [Fact]
    public async Task What_is_exported_can_be_imported_and_neither_happens_unasked()
    {
        (await Set("with spaces, \"quotes\" and # signs")).ShouldExit(0);
        (await Run("export")).ShouldExit(2);
        var exported = (await Run("export", "--reveal")).ShouldExit(0).Output;
        File.WriteAllText(Path.Combine(_folder, "secrets.env"), exported.Replace("spaces", "places") + "OTHER=1\n");
        var imported = (await Run("import", "secrets.env")).ShouldExit(0);
        Assert.Contains("secret://home/staging/API__KEY#2", imported.Output);
        Assert.Contains("OTHER is no declared secret and was left alone.", imported.Error);
        Assert.Equal("with places, \"quotes\" and # signs\n", (await Run("get", "API__KEY", "--reveal")).ShouldExit(0).Output);
        File.WriteAllText(Path.Combine(_folder, "secrets.env"), "API__KEY=short\n");
        (await Run("import", "secrets.env")).ShouldExit(1);
    }

    [Fact]
    public async Task What_is_exported_for_machines_is_whole_and_for_variables_only_what_can_be_one()
    {
        await Set("first-value");
        (await Run("set", "mail.key", "--generate")).ShouldExit(0);
        var lines = (await Run("export", "--reveal")).ShouldExit(0);
        Assert.Equal("API__KEY=first-value\n", lines.Output);
        Assert.Contains("secret://home/staging/mail.key#1 has no variable's name and was left out", lines.Error);
        var all = JsonDocument.Parse((await Run("export", "--reveal", "--json")).ShouldExit(0).Output).RootElement.EnumerateArray().ToList();
        Assert.Equal(["staging/API__KEY", "staging/mail.key"], all.Select(one => one.GetProperty("name").GetString()).Order(StringComparer.Ordinal));
        Assert.Contains(all, one => one.GetProperty("value").GetString() == "first-value");
    }

    [Fact]
    public async Task What_is_not_there_is_an_answer_and_what_cannot_be_meant_is_wrong_usage()
    {
        await Set("first-value");
        Assert.Contains("API__KEY#7 is missing or retired", (await Run("get", "API__KEY#7")).ShouldExit(1).Error);
        (await Run("retire", "API__KEY#7")).ShouldExit(1);
        Assert.Contains("Did you mean 'home'?", (await Run("list", "--store", "hone")).ShouldExit(2).Error);
        Assert.Contains("--from and --generate exclude each other", (await Run("set", "API__KEY", "--generate", "--from", "x")).ShouldExit(2).Error);
        Assert.Contains("Did you mean API__KEY?", (await Run("set", "API__KEX", "--generate")).ShouldExit(0).Error);
    }

    [Fact]
    public async Task Nothing_is_imported_when_a_value_is_empty_and_machines_are_told_why()
    {
        File.WriteAllText(Path.Combine(_folder, "secrets.env"), "API__KEY=long-enough\nAPI__PIN=\n");
        File.WriteAllText(Path.Combine(_folder, "slipway.yaml"), Manifest.Replace("  API__KEYS", "  API__PIN: { secret: true }\n  API__KEYS"));
        var refused = (await Run("import", "secrets.env", "--json")).ShouldExit(1);
        Assert.Contains("API__PIN must be given", Assert.Single(JsonDocument.Parse(refused.Output).RootElement.GetProperty("faults").EnumerateArray()).GetString());
        Assert.Equal("[]\n", (await Run("list", "--json")).ShouldExit(0).Output);
    }

    [Fact]
    public async Task An_interruption_ends_the_wait_for_a_value()
    {
        using var process = Executable.Start(_folder, [], "secrets", "import", "-", "-e", "staging");
        // More than a pipe holds: once it is written, it is being read.
        await process.StandardInput.WriteAsync(new string('#', 900_000).AsMemory(), TestContext.Current.CancellationToken);
        await process.StandardInput.FlushAsync(TestContext.Current.CancellationToken);
        using (var kill = System.Diagnostics.Process.Start("kill", ["-INT", $"{process.Id}"]))
            await kill.WaitForExitAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        Assert.Equal(3, process.ExitCode);
        Assert.Contains("interrupted", await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task The_doctor_names_what_cannot_be_read()
    {
        var sick = await Executable.Run(_folder, "secrets", "doctor", "-e", "staging");
        Assert.Contains("SLIP077: The secret 'API__KEY' cannot be read", sick.ShouldExit(1).Output);
        await Set("good-enough");
        Assert.Equal("All is well: secrets that can be read: 1.\n", (await Executable.Run(_folder, "secrets", "doctor", "-e", "staging")).ShouldExit(0).Output);
        File.AppendAllText(Path.Combine(_folder, ".slipway", "secrets.store"), "set a 1 x\n");
        Assert.Contains("secrets.store:3: The line does not count", (await Executable.Run(_folder, "secrets", "doctor", "-e", "staging")).ShouldExit(1).Output);
    }

    [Fact]
    public async Task A_command_runs_with_a_stored_secret_and_without_it_not_at_all()
    {
        Assert.Contains("SLIP077", (await Executable.Run(_folder, "run", "-e", "staging", "--", "env")).ShouldExit(1).Error);
        await Set("good-enough");
        Assert.Contains("API__KEY=good-enough\n", (await Executable.Run(_folder, "run", "-e", "staging", "--", "env")).ShouldExit(0).Output);
    }

    private Task<Ran> Run(params string[] arguments) => Executable.Run(_folder, ["secrets", .. arguments, "-e", "staging"]);

    private async Task<Ran> Set(string value, int exitCode = 0)
    {
        using var process = Executable.Start(_folder, [], "secrets", "set", "API__KEY", "-e", "staging");
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.StandardInput.WriteAsync(value);
        process.StandardInput.Close();
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return new Ran(process.ExitCode, await output, await error).ShouldExit(exitCode);
    }
}

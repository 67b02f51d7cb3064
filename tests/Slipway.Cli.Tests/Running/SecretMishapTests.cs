using System.Diagnostics;
using System.Text;

namespace Slipway.Cli.Tests.Running;

/// <summary>What a slip of the hand, a damaged disk or other bytes than text must not do to secrets.</summary>
public sealed class SecretMishapTests : IDisposable
{
    private const string Manifest = """
        app: shop
        services:
          api: { run: ./api, port: 5000, route: / }
        settings:
          API__KEY: { secret: true, store: home, required: [production] }
          API__PORTS: { type: integer, secret: true }
        environments:
          production: {}
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("slipway-cli-").FullName;

    public SecretMishapTests() => File.WriteAllText(Path.Combine(_folder, "slipway.yaml"), Manifest);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task The_doctor_does_not_call_an_environment_well_that_is_not_there()
    {
        Assert.Contains("There is no environment 'prodution'", (await Executable.Run(_folder, "secrets", "doctor", "-e", "prodution")).ShouldExit(2).Error);
    }

    [Fact]
    public async Task The_doctor_tells_a_version_that_no_longer_opens_even_when_nothing_refers_to_it_now()
    {
        (await Set("API__KEY", "one")).ShouldExit(0);
        (await Set("API__KEY", "two")).ShouldExit(0);
        var store = Path.Combine(_folder, ".slipway", "secrets.store");
        var lines = File.ReadAllLines(store);
        lines[1] = lines[1].Replace(" API__KEY 1 ", " API__KEY 7 ", StringComparison.Ordinal).Replace("/API__KEY 1 ", "/API__KEY 7 ", StringComparison.Ordinal);
        File.WriteAllLines(store, lines);
        Assert.Contains("secrets.store:2: The line does not count", (await Executable.Run(_folder, "secrets", "doctor", "-e", "production")).ShouldExit(1).Output);
    }

    [Fact]
    public async Task A_value_of_the_wrong_type_is_not_kept_however_its_secret_is_named()
    {
        foreach (var name in new[] { "API__PORTS", "production/API__PORTS" })
        {
            var ran = (await Set(name, "m4rked")).ShouldExit(1);
            Assert.DoesNotContain("m4rked", ran.Output + ran.Error);
        }
        (await Set("production/API__PORTS", "7")).ShouldExit(0);
    }

    [Fact]
    public async Task Bytes_that_are_no_text_are_refused_rather_than_changed()
    {
        foreach (var bytes in new byte[][] { [0xFF, 0xFE, 1], [(byte)'a', 0, (byte)'b'] })
            Assert.Contains("no text", (await Set("API__KEY", bytes)).ShouldExit(2).Error);
    }

    [Fact]
    public async Task The_doctor_tells_a_key_that_is_under_version_control()
    {
        (await Set("API__KEY", "one")).ShouldExit(0);
        Git("init", "-q");
        (await Executable.Run(_folder, "secrets", "doctor", "-e", "production")).ShouldExit(0);
        Git("add", "-f", ".slipway/secrets.store");
        (await Executable.Run(_folder, "secrets", "doctor", "-e", "production")).ShouldExit(0);
        Git("add", "-f", ".slipway/secrets.key");
        Assert.Contains("secrets.key: The file is under version control", (await Executable.Run(_folder, "secrets", "doctor", "-e", "production")).ShouldExit(1).Output);
    }

    private void Git(params string[] arguments)
    {
        using var git = Process.Start(new ProcessStartInfo("git", arguments) { WorkingDirectory = _folder })!;
        git.WaitForExit();
        Assert.Equal(0, git.ExitCode);
    }

    private Task<Ran> Set(string name, string value) => Set(name, Encoding.UTF8.GetBytes(value));

    private async Task<Ran> Set(string name, byte[] value)
    {
        using var process = Executable.Start(_folder, [], "secrets", "set", name, "-e", "production");
        var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.StandardInput.BaseStream.WriteAsync(value, TestContext.Current.CancellationToken);
        process.StandardInput.Close();
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return new(process.ExitCode, await output, await error);
    }
}

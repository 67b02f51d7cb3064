using System.Text.Json;

namespace Slipway.EndToEnd.Tests;

/// <summary>Courier with its declared settings, in each of its environments.</summary>
public sealed class FourEnvironmentsTests
{
    [Fact]
    public async Task Courier_runs_in_every_environment_with_the_settings_declared_for_it_and_no_others()
    {
        await using var stage = new Stage();
        Tour.CopyCourier(stage.Folder);
        await stage.StartControlPlane();
        var variables = new Dictionary<string, string> { ["COURIER__DATABASE"] = Path.Combine(stage.Folder, "courier.db"), ["COURIER__WORKERS"] = "3", ["UNRELATED"] = "x" };

        var refused = (await stage.Slipway(["deploy", "staging"], variables)).ShouldExit(2);
        Assert.Contains("SLIP077: The secret 'API__KEY' cannot be read", refused.Error);
        Assert.Contains("slipway secrets set API__KEY -e staging", refused.Error);
        var wrong = (await stage.Slipway(["deploy", "staging"], new() { ["COURIER__TIMEOUT"] = "soon", ["COURIER__WORKERS"] = "0", ["COURIER__FAULT"] = "errors" })).ShouldExit(2);
        foreach (var setting in new[] { "API__KEY", "API__SIGNING_KEYS", "COURIER__TIMEOUT", "COURIER__WORKERS", "COURIER__FAULT" })
            Assert.Contains($"'{setting}'", wrong.Error);

        foreach (var environment in new[] { "staging", "production" })
        {
            foreach (var secret in new[] { "API__KEY", "API__SIGNING_KEYS" })
                (await stage.Slipway(["secrets", "set", secret, "-e", environment, "--generate"])).ShouldExit(0);
        }
        foreach (var environment in new[] { "local", "ci", "staging", "production" })
        {
            (await stage.Slipway(["deploy", environment], variables)).ShouldExit(0);
            var practice = environment is "local" or "ci";
            var worker = await Environment(stage, environment, "worker");
            Assert.Equal("3", worker["COURIER__WORKERS"]);
            Assert.Equal(practice ? "10s" : null, worker.GetValueOrDefault("COURIER__TIMEOUT"));
            Assert.Equal(environment, worker["SLIPWAY_ENVIRONMENT"]);
            Assert.DoesNotContain("API__KEY", worker.Keys);
            Assert.DoesNotContain("API__SIGNING_KEYS", worker.Keys);
            Assert.DoesNotContain("COURIER__RETENTION", worker.Keys);
            Assert.DoesNotContain("UNRELATED", worker.Keys);
            var api = await Environment(stage, environment, "api");
            Assert.Equal(!practice, api.ContainsKey("API__KEY"));
            Assert.Equal(!practice, api.ContainsKey("API__SIGNING_KEYS"));
            Assert.DoesNotContain("COURIER__WORKERS", api.Keys);
            (await stage.Slipway(["down", "-e", environment])).ShouldExit(0);
        }
    }

    private static async Task<Dictionary<string, string>> Environment(Stage stage, string environment, string service)
    {
        foreach (var record in Directory.EnumerateFiles(Path.Combine(stage.Home, "environments", environment, "instances"), "instance.json", SearchOption.AllDirectories))
        {
            using var instance = JsonDocument.Parse(await File.ReadAllTextAsync(record));
            if (instance.RootElement.GetProperty("service").GetProperty("name").GetString() == service && instance.RootElement.TryGetProperty("process", out var process))
            {
                var text = await File.ReadAllTextAsync($"/proc/{process.GetProperty("pid").GetInt32()}/environ");
                return text.Split('\0', StringSplitOptions.RemoveEmptyEntries).Select(variable => variable.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1]);
            }
        }
        throw new InvalidOperationException($"No instance of {service} runs in {environment}.");
    }
}

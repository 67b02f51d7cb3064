using Slipway.ControlPlane.Rollouts;
using Slipway.Core.Api;
using Slipway.Core.Manifests;
using Slipway.Secrets;

namespace Slipway.ControlPlane.Tests;

public sealed class DeployPlanTests : IDisposable
{
    private const string Manifest =
        """
        app: shop
        services:
          api: { run: ./api, port: 5000, route: / }
          worker: { run: ./worker }
        settings:
          API__JWT_ISSUER: { type: url, required: [staging, production] }
          API__KEY: { secret: true, required: [staging] }
          LOG_LEVEL: { type: enum, choices: [debug, info], default: info, secret: false }
        environments:
          staging: {}
          production: { target: swarm, settings: { API__JWT_ISSUER: "https://id.example.org" } }
        """;

    private readonly TemporaryFolder _folder = new();
    private readonly SecretStores _stores;

    public DeployPlanTests() => _stores = SecretStores.Open(new(_folder.At(".slipway")));

    public void Dispose()
    {
        _stores.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Each_service_gets_its_own_settings_and_secrets_apart()
    {
        var request = Request(("API__JWT_ISSUER", "https://id.example.org"), ("API__KEY", "s3cret"), ("HOME", "/root"));
        var (command, refusal) = await DeployPlan.Read(Name("staging"), request, new("ada (1000)"), _stores, TestContext.Current.CancellationToken);
        Assert.Null(refusal);
        var (api, worker) = (Service("api"), Service("worker"));
        Assert.Equal("https://id.example.org", command!.Settings[api]["API__JWT_ISSUER"]);
        Assert.Equal("s3cret", command.Secrets[api]["API__KEY"]);
        Assert.DoesNotContain("API__KEY", command.Settings[api].Keys);
        Assert.Empty(command.Secrets[worker]);
        Assert.DoesNotContain("HOME", command.Settings[worker].Keys);
        Assert.Equal(new Releases.Caller("ada (1000)", "cli"), command.Caller);
        Assert.Equal(_folder.Path, command.SourceFolder);
    }

    [Fact]
    public async Task Every_fault_of_manifest_and_settings_is_told_at_once_and_no_value_with_them()
    {
        var (command, refusal) = await DeployPlan.Read(Name("staging"), Request(("API__JWT_ISSUER", "n0t-a-url")), new("ada"), _stores, TestContext.Current.CancellationToken);
        Assert.Null(command);
        var problem = refusal!.Value;
        Assert.Equal(422, problem.Status);
        Assert.Equal(2, problem.Faults.Count);
        Assert.All(problem.Faults, fault => Assert.StartsWith(_folder.At("slipway.yaml") + ":", fault, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_file_of_variables_counts_in_local_only()
    {
        _folder.Write(".env", "API__KEY=from-file\nLOG_LEVEL=debug\n");
        var (local, _) = await DeployPlan.Read(Name("local"), Request(), new("ada"), _stores, TestContext.Current.CancellationToken);
        Assert.Equal("from-file", local!.Secrets[Service("api")]["API__KEY"]);
        Assert.Equal("debug", local.Settings[Service("worker")]["LOG_LEVEL"]);
        var (staging, refusal) = await DeployPlan.Read(Name("staging"), Request(("API__JWT_ISSUER", "https://id.example.org")), new("ada"), _stores, TestContext.Current.CancellationToken);
        Assert.Null(staging);
        Assert.Contains("API__KEY", Assert.Single(refusal!.Value.Faults), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_target_is_refused_with_what_to_do()
    {
        var (_, refusal) = await DeployPlan.Read(Name("production"), Request(), new("ada"), _stores, TestContext.Current.CancellationToken);
        Assert.Equal(("SLIP423", 422), (refusal!.Value.Code, refusal.Value.Status));
        Assert.Contains("target: swarm", refusal.Value.Title, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unknown_environment_is_refused_with_the_known_ones()
    {
        var (_, refusal) = await DeployPlan.Read(Name("stagin"), Request(), new("ada"), _stores, TestContext.Current.CancellationToken);
        Assert.Contains("staging", Assert.Single(refusal!.Value.Faults), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("slipway.yaml", "cli", "SLIP400")]
    [InlineData("/nowhere/slipway.yaml", "cli", "SLIP423")]
    [InlineData("/", "cli", "SLIP423")]
    [InlineData("/dev/zero", "cli", "SLIP422")]
    [InlineData("/nowhere/slipway.yaml", "browser", "SLIP400")]
    public async Task A_manifest_that_cannot_be_read_is_refused(string path, string by, string code)
    {
        var (_, refusal) = await DeployPlan.Read(Name("local"), new() { ManifestPath = path, Path = by }, new("ada"), _stores, TestContext.Current.CancellationToken);
        Assert.Equal(code, refusal!.Value.Code);
    }

    private static EnvironmentName Name(string text) => EnvironmentName.TryParse(text, out var name) ? name : throw new FormatException(text);

    private static ServiceName Service(string text) => ServiceName.TryParse(text, out var name) ? name : throw new FormatException(text);

    private DeployRequest Request(params (string Name, string Value)[] variables) => new()
    {
        ManifestPath = _folder.Write("slipway.yaml", Manifest),
        Variables = variables.ToDictionary(pair => pair.Name, pair => pair.Value),
    };
}

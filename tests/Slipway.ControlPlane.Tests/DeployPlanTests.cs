using Slipway.ControlPlane.Rollouts;
using Slipway.Core.Api;
using Slipway.Core.Manifests;

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

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Each_service_gets_its_own_settings_and_secrets_apart()
    {
        var request = Request(("API__JWT_ISSUER", "https://id.example.org"), ("API__KEY", "s3cret"), ("HOME", "/root"));
        var (command, refusal) = DeployPlan.Read(Name("staging"), request, new("ada (1000)"));
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
    public void Every_fault_of_manifest_and_settings_is_told_at_once_and_no_value_with_them()
    {
        var (command, refusal) = DeployPlan.Read(Name("staging"), Request(("API__JWT_ISSUER", "n0t-a-url")), new("ada"));
        Assert.Null(command);
        var problem = refusal!.Value;
        Assert.Equal(422, problem.Status);
        Assert.Equal(2, problem.Faults.Count);
        Assert.All(problem.Faults, fault => Assert.StartsWith(_folder.At("slipway.yaml") + ":", fault, StringComparison.Ordinal));
    }

    [Fact]
    public void A_file_of_variables_counts_in_local_only()
    {
        _folder.Write(".env", "API__KEY=from-file\nLOG_LEVEL=debug\n");
        var (local, _) = DeployPlan.Read(Name("local"), Request(), new("ada"));
        Assert.Equal("from-file", local!.Secrets[Service("api")]["API__KEY"]);
        Assert.Equal("debug", local.Settings[Service("worker")]["LOG_LEVEL"]);
        var (staging, refusal) = DeployPlan.Read(Name("staging"), Request(("API__JWT_ISSUER", "https://id.example.org")), new("ada"));
        Assert.Null(staging);
        Assert.Contains("API__KEY", Assert.Single(refusal!.Value.Faults), StringComparison.Ordinal);
    }

    [Fact]
    public void Another_target_is_refused_with_what_to_do()
    {
        var (_, refusal) = DeployPlan.Read(Name("production"), Request(), new("ada"));
        Assert.Equal(("SLIP423", 422), (refusal!.Value.Code, refusal.Value.Status));
        Assert.Contains("target: swarm", refusal.Value.Title, StringComparison.Ordinal);
    }

    [Fact]
    public void An_unknown_environment_is_refused_with_the_known_ones()
    {
        var (_, refusal) = DeployPlan.Read(Name("stagin"), Request(), new("ada"));
        Assert.Contains("staging", Assert.Single(refusal!.Value.Faults), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("slipway.yaml", "cli", "SLIP400")]
    [InlineData("/nowhere/slipway.yaml", "cli", "SLIP423")]
    [InlineData("/", "cli", "SLIP423")]
    [InlineData("/dev/zero", "cli", "SLIP422")]
    [InlineData("/nowhere/slipway.yaml", "browser", "SLIP400")]
    public void A_manifest_that_cannot_be_read_is_refused(string path, string by, string code)
    {
        var (_, refusal) = DeployPlan.Read(Name("local"), new() { ManifestPath = path, Path = by }, new("ada"));
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

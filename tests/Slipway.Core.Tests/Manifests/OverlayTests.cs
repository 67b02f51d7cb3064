using Slipway.Core.Manifests;

namespace Slipway.Core.Tests.Manifests;

public sealed class OverlayTests
{
    private const string Shop = """
        app: shop
        version: ${VERSION:-1.0}
        services:
          api: { run: ./api, port: 5000, route: [/api, /v2], needs: [db], health: { path: /h, period: 9s } }
          mail: { run: ./mail }
        backing: { db: "postgres:15" }
        gates: { errors: 3%, latency: 3x }
        environments:
          ci:
            version: 2.0
            target: docker
            gateway: 8080
            services:
              api: { route: /only, needs: ~, health: /x }
              mail: ~
              probe: { run: ./probe }
            backing: { db: "postgres:16", cache: "redis:7" }
            gates: { errors: 1% }
          empty: ~
        """;

    [Fact]
    public void Mappings_merge_lists_replace_and_nothing_takes_away()
    {
        var shop = ManifestText.Resolve(Shop, "ci");
        Assert.Equal(["api", "probe"], shop.Services.Select(service => service.Name.ToString()));
        Assert.Equal("/only", Assert.Single(shop.Services[0].Routes).Path);
        Assert.Empty(shop.Services[0].Needs);
        Assert.Equal(5000, shop.Services[0].Port);
        Assert.Equal(["postgres:16", "redis:7"], shop.Backing.Select(backing => backing.Image));
        Assert.Equal((0.01, 3), (shop.Gates.ErrorRatioMax, shop.Gates.LatencyRatioMax));
        Assert.Equal(("2.0", TargetKind.Docker, 8080), (shop.Version, shop.Target, shop.Gateway.Port));
    }

    [Fact]
    public void A_short_form_replaces_a_mapping_whole()
    {
        var live = ManifestText.Resolve(Shop, "ci").Services[0].Health.Live!;
        Assert.Equal(new ProbeCheck.Http("/x"), live.Check);
        Assert.Equal(TimeSpan.FromSeconds(5), live.Period);
    }

    [Fact]
    public void An_environment_leaves_the_others_as_they_are()
    {
        var faults = new List<Diagnostic>();
        var manifest = ManifestReader.Read("slipway.yaml", Shop, faults)!;
        manifest.Resolve(ManifestText.Environment("ci"), ManifestText.NoVariables, faults);
        var shop = manifest.Resolve(ManifestText.Environment("empty"), ManifestText.NoVariables, faults)!;
        Assert.Empty(faults);
        Assert.Equal(["api", "mail"], shop.Services.Select(service => service.Name.ToString()));
        Assert.Equal(2, shop.Services[0].Routes.Length);
    }

    [Fact]
    public void Variables_fill_values_but_commands_keep_theirs()
    {
        var text = Shop.Replace("run: ./mail", "run: './mail ${VERSION}', replicas: \"${COUNT}\"");
        var shop = ManifestText.Resolve(text, "local", new() { ["VERSION"] = "1.2", ["COUNT"] = "2..3" });
        Assert.Equal("1.2", shop.Version);
        Assert.Equal(new ReplicaRange(2, 3), shop.Services[1].Replicas);
        Assert.Equal(["./mail", "${VERSION}"], shop.Services[1].Run!.Arguments);
    }

    [Fact]
    public void Merge_keys_yield_to_what_is_written_out_wherever_it_stands()
    {
        const string Text = """
            app: shop
            services:
              one: &one { run: ./one, stop: 1s, port: 1 }
              two: &two { stop: 2s, <<: *one, run: ./two }
              three: { <<: [*two, { port: 3, replicas: 4 }] }
            """;
        var shop = ManifestText.Resolve(Text);
        Assert.Equal(["./one", "./two", "./two"], shop.Services.Select(service => service.Run!.ToString()));
        Assert.Equal([1.0, 2, 2], shop.Services.Select(service => service.StopGrace.TotalSeconds));
        Assert.Equal([1, 1, 1], shop.Services.Select(service => service.Port));
        Assert.Equal(4, shop.Services[2].Replicas.Min);
    }

    [Fact]
    public void A_job_has_ten_minutes_and_runs_once_unless_it_says_otherwise()
    {
        var text = ManifestText.WithService("replicas: 2") + "  report: { kind: job, run: ./report }\n  sweep: { kind: job, run: ./sweep, deadline: 1h, repeatable: true }\n";
        Assert.Equal([null, JobPlan.Default, new JobPlan(TimeSpan.FromHours(1), true)], ManifestText.Resolve(text).Services.Select(service => service.Job));
        Assert.Empty(ManifestText.Diagnostics(text));
    }

    [Fact]
    public void A_service_migrates_in_every_environment_and_is_seeded_where_its_seeds_say()
    {
        const string Text = """
            app: shop
            services:
              api:
                build: make
                run: ./api
                migrate: ./api migrate
                seed:
                  - ./api seed
                  - { run: ./api made-up, only: [local, staging], data: synthetic, timeout: 1m }
            environments: { staging: { services: { api: { migrate: { run: ./api migrate --slowly, timeout: 1h } } } }, production: {} }
            """;
        Assert.Empty(ManifestText.Diagnostics(Text));
        var (local, staging, production) = (Api("local"), Api("staging"), Api("production"));
        Assert.Equal(["./api seed", "./api made-up"], local.Seeds!.Value.Select(seed => seed.Run.ToString()));
        Assert.Equal("./api made-up", Assert.Single(staging.Seeds!.Value).Run.ToString());
        Assert.Null(production.Seeds);
        Assert.Equal(new(TimeSpan.FromMinutes(10), false), production.Migration!.Plan);
        Assert.Equal(("./api migrate --slowly", TimeSpan.FromHours(1)), (staging.Migration!.Run.ToString(), staging.Migration.Plan.TimeMax));
        Assert.True(local.Migration!.Compatible);

        static Service Api(string environment) => ManifestText.Resolve(Text, environment).Services[0];
    }

    [Fact]
    public void Checking_all_environments_finds_what_resolving_each_finds()
    {
        var random = new Random(61);
        for (var run = 0; run < 1_500; run++)
        {
            var text = new System.Text.StringBuilder(Shop);
            for (var i = random.Next(1, 3); i > 0; i--)
                text[random.Next(text.Length)] = " -[]{}'\"~.,0aZ/$"[random.Next(16)];
            var faults = new List<Diagnostic>();
            if (ManifestReader.Read("f", text.ToString(), faults) is not { } manifest)
                continue;
            var each = new List<Diagnostic>();
            foreach (var environment in manifest.Environments)
            {
                var before = each.Count;
                var application = manifest.Resolve(environment, ManifestText.NoVariables, each);
                Assert.Equal(application is null, each.Skip(before).Any(fault => fault.Severity == Severity.Error));
            }
            Assert.Equal(
                each.Select(fault => fault.ToString()).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal),
                manifest.Check(ManifestText.NoVariables).Select(fault => fault.ToString()).Order(StringComparer.Ordinal));
        }
    }
}

using Slipway.Core.Manifests;

namespace Slipway.Core.Tests.Manifests;

public sealed class ResolveTests
{
    internal const string Shop = """
        app: shop
        version: 1.10
        gateway: 8080
        services:
          api:
            build: dotnet publish api -c Release -o ${OUT}
            run: ./Shop.Api --port ${PORT} 'two words'
            port: 5000
            health: /health
            ready: { path: /ready, period: 2s }
            smoke: [/v1/ping, { path: /v1/messages, method: POST, status: 202 }]
            route: /api/
            needs: [db, queue]
            replicas: 2
            resources: { memory: 256Mi, cpu: 0.5 }
            stop: 1m30s
          worker: { run: [./Shop.Worker, --fast], needs: db }
          scheduler: { run: ./Shop.Scheduler }
        backing: { db: "postgres:16", queue: { image: "rabbitmq:3" } }
        settings:
          API__JWT_ISSUER: { type: url, required: [staging, production], doc: Who signs our tokens }
          LOG_LEVEL: { type: enum, choices: [debug, info], default: info }
        environments:
          production:
            target: swarm
            services: { api: { replicas: 3..10, ready: { failures: 9 }, smoke: ~ } }
            settings: { API__JWT_ISSUER: https://id.example.org }
            rollout: { strategy: canary, steps: [5, { to: 50, bake: 5m, approve: true }, 100], bake: 1m }
            guard: 1h
        """;

    [Fact]
    public void The_short_forms_mean_what_the_long_ones_say()
    {
        var shop = ManifestText.Resolve(Shop);
        Assert.Equal("shop", shop.Name.ToString());
        Assert.Equal("1.10", shop.Version);
        Assert.Equal(new GatewayListener("127.0.0.1", 8080), shop.Gateway);
        Assert.Equal(["api", "worker", "scheduler"], shop.Services.Select(service => service.Name.ToString()));
        var api = shop.Services[0];
        Assert.Equal(ServiceKind.Api, api.Kind);
        Assert.Equal(["./Shop.Api", "--port", "${PORT}", "two words"], api.Run!.Arguments);
        Assert.Equal(new ProbeCheck.Http("/health"), api.Health.Live!.Check);
        Assert.Equal(TimeSpan.FromSeconds(2), api.Health.Ready!.Period);
        Assert.Equal(3, api.Health.Ready.FailureThreshold);
        Assert.Equal(["GET", "POST"], api.Health.Smoke.Select(smoke => smoke.Method));
        Assert.Equal(202, api.Health.Smoke[1].Status);
        Assert.Equal("/api", Assert.Single(api.Routes).Path);
        Assert.Equal(["db", "queue"], api.Needs.Select(need => need.ToString()));
        Assert.Equal(new ReplicaRange(2, 2), api.Replicas);
        Assert.Equal(new Resources(256 * 1024 * 1024, 0.5), api.Resources);
        Assert.Equal(TimeSpan.FromSeconds(90), api.StopGrace);
        Assert.Equal(["./Shop.Worker", "--fast"], shop.Services[1].Run!.Arguments);
        Assert.Equal("rabbitmq:3", shop.Backing[1].Image);
    }

    [Fact]
    public void What_is_not_said_has_the_documented_default()
    {
        var shop = ManifestText.Resolve(Shop);
        Assert.Equal(TargetKind.Process, shop.Target);
        Assert.Equal(Strategy.Canary, shop.Rollout.Strategy);
        Assert.Equal([10, 50, 100], shop.Rollout.Steps.Select(step => step.Percent));
        Assert.Equal(TimeSpan.FromSeconds(30), shop.Rollout.Steps[0].Bake);
        Assert.Equal(TimeSpan.FromMinutes(15), shop.Guard);
        Assert.Equal(0.05, shop.Gates.ErrorRatioMax);
        Assert.Equal(2, shop.Gates.LatencyRatioMax);
        Assert.Equal(TimeSpan.FromMilliseconds(20), shop.Gates.LatencyFloor);
        Assert.Equal(InconclusiveAction.Hold, shop.Gates.WhenInconclusive);
        Assert.Equal(ServiceKind.Worker, shop.Services[1].Kind);
        Assert.True(shop.Services[1].Overlap);
        Assert.Equal(ServiceKind.Scheduler, shop.Services[2].Kind);
        Assert.False(shop.Services[2].Overlap);
        Assert.Equal(new ReplicaRange(1, 1), shop.Services[2].Replicas);
    }

    [Fact]
    public void An_environment_is_laid_over_the_rest()
    {
        var shop = ManifestText.Resolve(Shop, "production");
        Assert.Equal(TargetKind.Swarm, shop.Target);
        Assert.Equal(new ReplicaRange(3, 10), shop.Services[0].Replicas);
        Assert.Equal(9, shop.Services[0].Health.Ready!.FailureThreshold);
        Assert.Equal(TimeSpan.FromSeconds(2), shop.Services[0].Health.Ready!.Period);
        Assert.Empty(shop.Services[0].Health.Smoke);
        Assert.Equal(TimeSpan.FromHours(1), shop.Guard);
        Assert.Equal([5, 50, 100], shop.Rollout.Steps.Select(step => step.Percent));
        Assert.Equal(new RolloutStep(50, TimeSpan.FromMinutes(5), true), shop.Rollout.Steps[1]);
        Assert.Equal(TimeSpan.FromMinutes(1), shop.Rollout.Steps[2].Bake);
        Assert.Equal("https://id.example.org", shop.Settings[0].Value);
        Assert.Null(ManifestText.Resolve(Shop).Settings[0].Value);
    }

    [Fact]
    public void A_good_manifest_has_no_faults_in_any_environment()
        => Assert.Empty(ManifestText.Faults(Shop));

    [Fact]
    public void Local_always_exists_and_others_only_when_declared()
    {
        var faults = new List<Diagnostic>();
        var manifest = ManifestReader.Read("slipway.yaml", Shop, faults)!;
        Assert.Equal(["local", "production"], manifest.Environments.Select(name => name.ToString()));
        Assert.Null(manifest.Resolve(ManifestText.Environment("prodution"), ManifestText.NoVariables, faults));
        Assert.Equal("slipway.yaml: error SLIP031: There is no environment 'prodution'. Did you mean 'production'?", Assert.Single(faults).ToString());
    }

    [Fact]
    public void A_short_form_below_a_mapping_counts_as_its_long_form()
    {
        var text = ManifestText.WithService("health: /alive") + "rollout: blue-green\nenvironments:\n  ci: { services: { api: { health: { period: 9s } } }, rollout: { bake: 1s } }\n";
        var shop = ManifestText.Resolve(text, "ci");
        Assert.Equal(new ProbeCheck.Http("/alive"), shop.Services[0].Health.Live!.Check);
        Assert.Equal(TimeSpan.FromSeconds(9), shop.Services[0].Health.Live!.Period);
        Assert.Equal(Strategy.BlueGreen, shop.Rollout.Strategy);
    }
}

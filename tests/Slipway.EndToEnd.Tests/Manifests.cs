namespace Slipway.EndToEnd.Tests;

/// <summary>Manifests that the tests share; <c>$FIXTURE</c> is replaced by the path of the test program.</summary>
internal static class Manifests
{
    /// <summary>One service behind the gateway, released by canary within seconds.</summary>
    public const string Canary = """
        app: stage
        services:
          web:
            inputs: [slipway.yaml]
            run: $FIXTURE
            port: 8080
            health: { path: /health, period: 200ms }
            ready: { path: /ready, period: 200ms }
            route: /
            replicas: 2
            stop: 2s
        settings:
          FIXTURE_ERRORS: { type: number, doc: Share of requests that are answered 500. }
        rollout: { strategy: canary, steps: [10, 50, 100], bake: 1s, start: 10s }
        gates: { requests: 10, inconclusive: { after: 5s, then: proceed } }
        guard: 2s
        environments:
          staging: {}
        """;
}

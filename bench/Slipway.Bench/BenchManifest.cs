namespace Slipway.Bench;

/// <summary>The application that is released in these measurements: one web service of small, quick instances.</summary>
internal static class BenchManifest
{
    /// <param name="strategy">The rollout section, in the manifest's words.</param>
    /// <param name="gates">The gates section.</param>
    /// <param name="replicas">How many instances.</param>
    public static string Of(string strategy, string gates, int replicas = 2) => $$"""
        app: bench
        services:
          web:
            inputs: [slipway.yaml]
            run: {{Repository.Fixture}}
            port: 8080
            health: { path: /health, period: 500ms }
            ready: { path: /ready, period: 500ms }
            route: { path: /, hold: 5s }
            replicas: {{replicas}}
            stop: 5s
        settings:
          FIXTURE_ERRORS: { type: number, doc: Share of requests that are answered 500. }
        rollout: {{strategy}}
        gates: {{gates}}
        guard: 0s
        environments:
          bench: {}
        """;
}

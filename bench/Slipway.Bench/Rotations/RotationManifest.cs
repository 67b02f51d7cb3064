namespace Slipway.Bench.Rotations;

/// <summary>The application of one service whose secret is rotated: small, and live without a wait for watching.</summary>
internal static class RotationManifest
{
    /// <param name="program">What it runs.</param>
    /// <param name="settings">Its settings, a line each.</param>
    public static string Of(string program, params string[] settings) => $$"""
        app: bench
        services:
          api:
            inputs: [slipway.yaml]
            run: {{program}}
            port: 8080
            health: { path: /health, period: 250ms }
            ready: { path: /ready, period: 250ms }
            route: { path: /, hold: 5s }
            replicas: 2
            stop: 5s
        settings:
          {{string.Join("\n  ", settings)}}
        rollout: { strategy: blue-green, bake: 200ms }
        gates: { inconclusive: { after: 0s, then: proceed } }
        guard: 0s
        environments: { bench: {} }
        """;
}

using System.Text;

namespace Slipway.Bench;

/// <summary>A manifest of many services, each with all that real ones have.</summary>
internal static class LargeManifest
{
    public static string Of(int services)
    {
        var text = new StringBuilder("app: large\nservices:\n");
        for (var i = 0; i < services; i++)
        {
            text.Append($$"""
                  service-{{i}}:
                    kind: api
                    folder: src/service-{{i}}
                    build: dotnet publish -c Release -o ${OUT}
                    run: ./Service --port ${PORT}
                    port: {{5000 + i}}
                    health: /health
                    ready: { path: /ready, period: 2s, timeout: 1s, failures: 3 }
                    smoke: /v1/ping
                    route: /service-{{i}}
                    replicas: 2..6
                    resources: { memory: 256Mi, cpu: 0.5 }

                """);
            if (i > 0)
                text.Append($"    needs: [service-{i - 1}, db]\n");
        }
        text.Append("backing: { db: \"postgres:16\" }\nsettings:\n");
        for (var i = 0; i < services; i++)
            text.Append($"  SERVICE_{i}__LEVEL: {{ type: integer, default: 3, doc: How much it says }}\n");
        text.Append("""
            rollout: { strategy: canary, steps: [10, 50, 100], bake: 30s }
            guard: 15m
            environments:
              local: { rollout: recreate }
              ci: { guard: 0s }
              staging: { services: { service-1: { replicas: 3 } } }
              production: { services: { service-1: { replicas: 3..10 } } }

            """);
        return text.ToString();
    }
}

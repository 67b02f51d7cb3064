using System.Text;

namespace Slipway.Bench;

/// <summary>A manifest of many services, each with all that real ones have.</summary>
internal static class LargeManifest
{
    private static readonly string[] Forms =
    [
        "type: integer, range: 1..100, default: 3", "type: url, required: [staging, production], example: https://a.example.org", "type: duration, default: 30s",
        "type: enum, choices: [debug, info, warning], default: info", "secret: true, store: home", "type: boolean, default: true", "type: size, default: 64Mi",
        "type: port, default: 8080", "type: host, default: localhost", "type: list, default: red",
    ];

    /// <param name="services">How many.</param>
    /// <param name="settings">How many settings, of every common type; 0 for one of each service.</param>
    public static string Of(int services, int settings = 0)
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
        for (var i = 0; i < (settings == 0 ? services : 0); i++)
            text.Append($"  SERVICE_{i}__LEVEL: {{ type: integer, default: 3, doc: How much it says }}\n");
        for (var i = 0; i < settings; i++)
            text.Append($"  {Setting(services, i)}: {{ {Forms[i % Forms.Length]}, doc: How much it says }}\n");
        text.Append("""
            rollout: { strategy: canary, steps: [10, 50, 100], bake: 30s }
            guard: 15m
            environments:
              local: { rollout: recreate }
              ci: { guard: 0s }
              staging: { services: { service-1: { replicas: 3 } } }
              production: { services: { service-1: { replicas: 3..10 } } }

            """);
        return settings == 0 ? text.ToString() : text.ToString().Replace("{ services: { service-1: { replicas: 3 } } }", Required(services, settings, "{ service-1: { replicas: 3 } }"))
            .Replace("{ services: { service-1: { replicas: 3..10 } } }", Required(services, settings, "{ service-1: { replicas: 3..10 } }"));
    }

    private static string Setting(int services, int i) => $"SERVICE_{i % services}__SETTING_{i}";

    // What must have a value in an environment has one there.
    private static string Required(int services, int settings, string overlay)
    {
        var text = new StringBuilder($"\n    services: {overlay}\n    settings:\n");
        for (var i = 1; i < settings; i += Forms.Length)
            text.Append($"      {Setting(services, i)}: https://setting-{i}.example.org\n");
        return text.ToString().TrimEnd('\n');
    }
}

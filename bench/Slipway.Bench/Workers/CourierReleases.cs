using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Text;

namespace Slipway.Bench.Workers;

/// <summary>
/// Canary releases of courier while messages come in: API, workers and scheduler as one release; some aborted, some with the control
/// plane killed. We are the recipient, and count what arrives by its idempotency key.
/// </summary>
internal static class CourierReleases
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    public static async Task<IReadOnlyList<Figure>> Measure(int releases, int messages, Action<string> progress, CancellationToken stop)
    {
        await using var recipient = new Recipient();
        await using var stack = await Stack.Start(Manifest(), stop);
        var (stage, random, sent) = (new WorkStage(stack, stop), new Random(6), 0);
        var variables = new Dictionary<string, string> { ["COURIER__DATABASE"] = Path.Combine(stack.Folder, "courier.db"), ["COURIER__PRIVATE_RECIPIENTS"] = "allow" };
        await stage.Begin(variables);
        using var client = new HttpClient { BaseAddress = await stack.Address() };
        for (var release = 1; release <= releases; release++)
        {
            var sending = Send(client, recipient, messages * release / releases - sent, stop);
            await stage.Deploy(release, variables);
            await Disturb(stage, release, random);
            await stage.Settled();
            sent += await sending;
            progress($"  {release} of {releases} releases, {recipient.Arrived.Count} of {sent} messages arrived");
        }
        var began = Stopwatch.GetTimestamp();
        while (recipient.Arrived.Count < sent && Stopwatch.GetElapsedTime(began) < Patience)
            await Task.Delay(50, stop);
        return
        [
            Figure.Exactly($"courier canary, {releases} releases: messages lost of {sent}", sent - recipient.Arrived.Count, "messages", 0),
            Figure.Exactly("courier canary: messages delivered twice, no worker killed", recipient.Arrived.Values.Count(times => times > 1), "messages", 0),
        ];
    }

    private static async Task Disturb(WorkStage stage, int release, Random random)
    {
        if (release % 3 == 0)
            return;
        await Task.Delay(random.Next(500, 3000));
        if (release % 3 == 1)
            await stage.KillControlPlane();
        else
            await stage.Abort();
    }

    private static async Task<int> Send(HttpClient client, Recipient recipient, int count, CancellationToken stop)
    {
        for (var i = 0; i < count; i++)
        {
            var body = $$"""{ "recipient": "{{recipient.Address}}", "body": "message" }""";
            using var answer = await client.PostAsync("/v1/messages", new StringContent(body, Encoding.UTF8, "application/json"), stop);
            answer.EnsureSuccessStatusCode();
            await Task.Delay(10, stop);
        }
        return count;
    }

    private static string Manifest()
    {
        var programs = Path.Combine(Repository.Root, "examples", "courier", "artifacts", "bin");
        string Service(string name, string more) => $$"""
              {{name.ToLowerInvariant()}}:
                inputs: [slipway.yaml]
                run: {{programs}}/Courier.{{name}}/release/Courier.{{name}}
                health: /health
                ready: { path: /ready, period: 200ms }
                startup: { path: /health, period: 100ms, failures: 300 }
                stop: 15s
                {{more}}

            """;
        return "app: bench\nservices:\n"
            + Service("Api", "{ }").Replace("{ }", "port: 5000\n    route: { path: /, hold: 5s }\n    replicas: 1")
            + Service("Worker", "{ }").Replace("{ }", "kind: worker\n    port: 5001\n    replicas: 2\n    needs: [api]")
            + Service("Scheduler", "{ }").Replace("{ }", "kind: scheduler\n    port: 5002\n    needs: [api]")
            + """
            settings:
              COURIER__DATABASE: { type: string, required: [bench], doc: "The file." }
              COURIER__PRIVATE_RECIPIENTS: { type: string, services: [worker], doc: "Deliver to this machine." }
              COURIER__DRAIN: { type: duration, default: 8s, doc: "To finish in." }
            rollout: { strategy: canary, steps: [25, 100], bake: 500ms }
            gates: { inconclusive: { after: 0s, then: proceed } }
            guard: 500ms
            environments: { bench: {} }

            """;
    }

    /// <summary>Takes messages, slowly enough that some are under way at any time.</summary>
    private sealed class Recipient : IAsyncDisposable
    {
        private readonly LocalServer _server;

        public Recipient() => _server = new(Answer);

        public string Address => _server.Address;

        /// <summary>How often each message came.</summary>
        public ConcurrentDictionary<string, int> Arrived { get; } = [];

        public ValueTask DisposeAsync() => _server.DisposeAsync();

        private async Task Answer(HttpListenerContext context)
        {
            await Task.Delay(Random.Shared.Next(5, 80));
            Arrived.AddOrUpdate(context.Request.Headers["Idempotency-Key"] ?? "", 1, (_, times) => times + 1);
            context.Response.StatusCode = 204;
            context.Response.Close();
        }
    }
}

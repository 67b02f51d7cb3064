using Is = Slipway.Core.Manifests.ValueKind;

namespace Slipway.Core.Manifests;

/// <summary>
/// Every key of the manifest, said once: the reader takes types, ranges, choices and defaults from here, the JSON Schema
/// those and the words, the manual is held against it by a test.
/// </summary>
internal static class ManifestShape
{
    /// <summary>The kinds of services, in the order of <see cref="ServiceKind"/>.</summary>
    public static readonly string[] Kinds = ["web", "api", "worker", "scheduler", "job", "static", "ai"];

    private const double Day = 86400;

    public static readonly Section Startup = Probe("startup probe", "500ms", "120");

    public static readonly Section Live = Probe("live probe", "5s", "3");

    public static readonly Section Ready = Probe("ready probe", "1s", "3");

    public static readonly Section Smoke = new("smoke check", "path",
    [
        new("name", Is.Text, "What it tests, for people; the path or command when not given.", example: "a message can be sent"),
        new("path", Is.UrlPath, "The path that is asked.", example: "/v1/ping"),
        new("command", Is.Command, "A command, run in the instance's folder; exit code 0 passes.", example: "./smoke"),
        new("method", Is.Choice, "The method of the request.", "GET", choices: ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]),
        new("body", Is.Text, "What the request sends.", example: "'{ \"ping\": true }'"),
        new("status", Is.Integer, "The status that passes; any from 200 to 299 when not given.", example: "201", min: 100, max: 599),
        new("contains", Is.Text, "A text that the answer must contain.", example: "pong"),
        new("timeout", Is.Duration, "How long it may take.", "10s", "5s", min: 0.001, max: 3600),
    ]);

    public static readonly Section Route = new("route", "path",
    [
        new("host", Is.Host, "A host name, or *.example.org for any name directly below; every host when not given.", example: "shop.example.org"),
        new("path", Is.RoutePath, "A path prefix; matches whole segments, and the longest one wins.", "/", "/api"),
        new("strip", Is.Boolean, "Whether the prefix is taken off before forwarding.", "false"),
        new("sticky", Is.Boolean, "Whether a cookie keeps a user on the release first chosen.", "false"),
        new("hold", Is.Duration, "How long a request may wait while no instance can take it; 0s answers 503 at once.", "5s", min: 0, max: 600),
        new("timeout", Is.Duration, "How long the first byte of an answer may take.", "60s", "30s", min: 0.001, max: Day),
    ]);

    public static readonly Section Resources = new("resources", null,
    [
        new("memory", Is.Size, "Memory that one instance may use; no limit when not given.", example: "256Mi", min: 1048576, max: 1L << 50),
        new("cpu", Is.Number, "Processor time that one instance may use, in cores; no limit when not given.", example: "0.5", min: 0.01, max: 1024),
    ]);

    public static readonly Section Service = new("service", null,
    [
        new("kind", Is.Choice, "What the service is. When not given: its name if that is a kind, else web with a route, else worker.", example: "api", choices: Kinds),
        new("folder", Is.FolderPath, "The folder that build and dev run in, relative to the manifest.", ".", "src/api"),
        new("inputs", Is.FolderPath, "Files and folders that decide whether a build is needed; the manifest's whole folder when not given.", example: "[src/api, shared.props]", many: true),
        new("build", Is.Command, "Builds the artefact into ${OUT}. Words are split at spaces, quotes respected; no shell runs.", example: "dotnet publish api -c Release -o ${OUT}"),
        new("run", Is.Command, "Starts an instance, in the artefact's folder; ${PORT}, ${HOST} and settings are filled in at the start.", example: "./Shop.Api --port ${PORT}"),
        new("dev", Is.Command, "Starts it for development with hot reload; used by slipway up only.", example: "dotnet watch run"),
        new("port", Is.Integer, "The port it listens on in a container. On this machine each instance is given its own as PORT.", example: "5000", min: 1, max: 65535),
        new("health", Is.Section, "Level 1, is it alive: a failure restarts the instance.", example: "/health", section: Live),
        new("ready", Is.Section, "Level 2, can it serve with what it depends on: a failure takes it out of traffic.", example: "/ready", section: Ready),
        new("startup", Is.Section, "Until it passes, health and ready are not asked.", example: "{ path: /health, failures: 30 }", section: Startup),
        new("smoke", Is.Section, "Level 3, does what matters work: run once against each new instance before it gets traffic.", example: "/v1/ping", section: Smoke, many: true),
        new("route", Is.Section, "The public route to it.", example: "/api", section: Route, many: true),
        new("routes", Is.Section, "The same as route, for those who write a list.", example: "[/api, /v2]", section: Route, many: true),
        new("needs", Is.ServiceName, "Services and backing services that must be ready before it starts.", example: "[db, cache]", many: true),
        new("replicas", Is.Range, "How many instances run: a number, or least..most.", "1", "3..10", min: 0, max: 1000),
        new("resources", Is.Section, "What one instance may use.", example: "{ memory: 256Mi, cpu: 0.5 }", section: Resources),
        new("stop", Is.Duration, "How long an instance may take to end after SIGTERM before it is killed.", "10s", "30s", min: 0, max: 3600),
        new("overlap", Is.Boolean, "Whether instances of two releases may run at once; true, but false for a scheduler.", example: "false"),
    ]);

    public static readonly Section Backing = new("backing service", "image",
    [
        new("image", Is.Text, "Its kind and version.", example: "postgres:16", required: true),
    ]);

    public static readonly Section Setting = new("setting", "type",
    [
        new("type", Is.Choice, "What values it takes.", "string", "url", choices: ["string", "integer", "number", "boolean", "url", "duration", "size", "enum"]),
        new("choices", Is.Text, "The values of an enum.", example: "[debug, info]", many: true),
        new("required", Is.EnvironmentName, "Environments in which it must have a value.", example: "[staging, production]", many: true),
        new("only", Is.EnvironmentName, "Environments in which it may have a value; all when not given.", example: "[local, ci]", many: true),
        new("secret", Is.Boolean, "Whether it grants access, and so is never shown.", "false"),
        new("default", Is.Text, "Its value in local and ci when nothing else sets it.", example: "info"),
        new("doc", Is.Text, "What it is for.", example: "Who signs our tokens"),
    ]);

    public static readonly Section Step = new("step", "to",
    [
        new("to", Is.Integer, "The share of the traffic, in percent.", example: "10", min: 1, max: 100, required: true),
        new("bake", Is.Duration, "How long the gates watch before the next step; the rollout's when not given.", example: "1m", min: 0, max: 7 * Day),
        new("approve", Is.Boolean, "Whether a person must approve before this step.", "false"),
    ]);

    public static readonly Section Rollout = new("rollout", "strategy",
    [
        new("strategy", Is.Choice, "How a release goes live.", "canary", choices: ["rolling", "blue-green", "canary", "recreate"]),
        new("steps", Is.Section, "The shares of the traffic on the way, rising, the last one 100; canary only. [10, 50, 100] when not given.", example: "[10, 50, 100]", section: Step, many: true),
        new("bake", Is.Duration, "How long the gates watch after each step.", "30s", "5m", min: 0, max: 7 * Day),
        new("approval", Is.Boolean, "Whether a person must approve before all traffic goes to the new release.", "false"),
        new("approval_deadline", Is.Duration, "How long an approval or a pause may last before the rollout is undone.", "1d", "4h", min: 1, max: 30 * Day),
        new("start", Is.Duration, "How long new instances may take to be ready and proved.", "2m", "5m", min: 0.1, max: Day),
        new("drain", Is.Duration, "How long requests in flight on an old instance may last.", "30s", "1m", min: 0, max: Day),
    ]);

    public static readonly Section Inconclusive = new("inconclusive", "then",
    [
        new("after", Is.Duration, "How long a step may stay without a verdict beyond its bake time.", "2m", min: 0, max: 7 * Day),
        new("then", Is.Choice, "What happens then: wait for a person, go on, or undo.", "hold", choices: ["hold", "proceed", "rollback"]),
    ]);

    public static readonly Section Gates = new("gates", null,
    [
        new("consecutive", Is.Integer, "Server errors in a row of one service that roll back at once.", "3", min: 1, max: 1000),
        new("errors", Is.Share, "Share of failed requests that rolls back.", "5%", "1%", min: 0, max: 1),
        new("latency", Is.Factor, "Latency (p95) over that of the release before, in the same seconds, that rolls back.", "2x", "1.5x", min: 1, max: 1000),
        new("latency_floor", Is.Duration, "Latency below which the ratio says nothing.", "20ms", min: 0, max: 60),
        new("memory", Is.Share, "Share of the memory limit that rolls back at once.", "95%", min: 0.01, max: 1),
        new("resources", Is.Share, "Share of the memory or processor limit that rolls back when sustained.", "90%", min: 0.01, max: 1),
        new("pool", Is.Share, "Share of the database pool that rolls back when sustained.", "90%", min: 0.01, max: 1),
        new("sustained", Is.Duration, "How long a level must hold to count as sustained.", "30s", min: 1, max: Day),
        new("requests", Is.Integer, "Requests below which ratios are inconclusive.", "50", min: 1, max: 1_000_000),
        new("inconclusive", Is.Section, "What to do when a gate cannot say.", example: "{ after: 2m, then: hold }", section: Inconclusive),
    ]);

    public static readonly Section Gateway = new("gateway", "listen",
    [
        new("listen", Is.Listener, "The address and port for users; 0 takes a free port and keeps it.", "127.0.0.1:0", "127.0.0.1:8080"),
    ]);

    /// <summary>What stands at the top and may be overlaid by an environment.</summary>
    private static readonly Key[] Overlaid =
    [
        new("version", Is.Text, "The application's version, part of a release's identity.", example: "1.4.0"),
        new("target", Is.Choice, "What runs the instances.", "process", choices: ["process", "docker", "swarm", "kubernetes"]),
        new("gateway", Is.Section, "Where users reach the application.", example: "127.0.0.1:8080", section: Gateway),
        new("services", Is.Section, "The programs of the application.", example: "{ api: { run: ./Shop.Api } }", section: Service, names: Is.ServiceName),
        new("backing", Is.Section, "Databases, caches and queues that it needs.", example: "{ db: \"postgres:16\" }", section: Backing, names: Is.ServiceName),
        new("rollout", Is.Section, "How a release goes live.", example: "blue-green", section: Rollout),
        new("gates", Is.Section, "What a release must pass on the way and afterwards.", example: "{ errors: 1% }", section: Gates),
        new("guard", Is.Duration, "How long the gates go on watching after promotion, the previous release kept warm.", "15m", "1h", min: 0, max: 7 * Day),
    ];

    public static readonly Section Environment = new("environment", null,
    [
        .. Overlaid,
        new("settings", Is.Text, "Values of settings in this environment.", example: "{ LOG_LEVEL: debug }", names: Is.SettingName),
    ]);

    public static readonly Section Root = new("manifest", null,
    [
        new("app", Is.ApplicationName, "The application's name.", example: "shop", required: true),
        .. Overlaid,
        new("settings", Is.Section, "The settings it reads, each with its type.", example: "{ LOG_LEVEL: string }", section: Setting, names: Is.SettingName),
        new("environments", Is.Section, "Named places, each laid over what stands above.", example: "{ production: { guard: 1h } }", section: Environment, names: Is.EnvironmentName),
    ]);

    private static Section Probe(string name, string period, string failures) => new(name, "path",
    [
        new("path", Is.UrlPath, "Asked by GET; 200 to 399 passes.", example: "/health"),
        new("command", Is.Command, "Run in the instance's folder; exit code 0 passes.", example: "./check"),
        new("tcp", Is.Boolean, "Whether a connection to the port is enough.", example: "true"),
        new("delay", Is.Duration, "How long after the start the first one waits.", "0s", "2s", min: 0, max: 3600),
        new("period", Is.Duration, "Time between two.", period, "2s", min: 0.05, max: 3600),
        new("timeout", Is.Duration, "How long an answer may take.", "2s", "1s", min: 0.001, max: 3600),
        new("successes", Is.Integer, "Passes in a row that make it pass.", "1", "2", min: 1, max: 1000),
        new("failures", Is.Integer, "Failures in a row that make it fail.", failures, "5", min: 1, max: 100_000),
    ]);
}

using System.Collections.Immutable;
using System.Text.Json;
using Slipway.Core.Manifests;
using Slipway.Core.Settings;
using Slipway.Releases.Rotations;
using Slipway.Simulation;

namespace Slipway.Releases.Tests.Rotations;

/// <summary>
/// An application with a secret that is rotated under load. It looks at every moment whether each instance still has access,
/// and whether what one of them uses, or has used within the overlap, is accepted by all that take traffic.
/// </summary>
internal sealed class RotationScene
{
    public const string Setting = "SHOP__SECRET";
    private const string Name = "staging/" + Setting;
    private const string Connection = "postgres://{0}:{1}@db.example.org:5432/shop?sslmode=require";

    public static readonly TimeSpan Overlap = TimeSpan.FromSeconds(10);

    public static readonly Application Shop = Scenes.Application(Scenes.Canary(50, 100), Scenes.Service("api"), Scenes.Service("web", ServiceKind.Web, smoke: false));

    private readonly Dictionary<string, DateTimeOffset> _used = [];

    private RotationScene(Stage stage, RotationKind kind) => (Stage, Kind) = (stage, kind);

    public Stage Stage { get; }

    public RotationKind Kind { get; }

    public RotationState Rotation => Stage.State.Rotations[^1];

    /// <summary>Whether the old one need not be accepted for a while, as for a leaked secret.</summary>
    public bool Now { get; set; }

    /// <summary>Instances whose access nobody promised, as of a release that somebody restored.</summary>
    public bool IsBroken { get; set; }

    /// <summary>The first release is live, with its secret.</summary>
    /// <param name="kind">How the secret is rotated.</param>
    /// <param name="crashAfter">The step after the start of the rotation after which the engine is killed; null for never.</param>
    /// <param name="deathsMax">How often it is killed there.</param>
    public static async Task<RotationScene> Open(RotationKind kind, int? crashAfter = null, int deathsMax = 1)
    {
        var stage = await Stage.Open(crashAfter ?? 1, life => life >= 1 && life <= deathsMax ? crashAfter : null);
        var scene = new RotationScene(stage, kind);
        stage.World.RequestRate = 50;
        stage.Server.Passwords["shop_a"] = "first-password";
        stage.Server.Passwords["shop_b"] = null;
        stage.Server.Tokens.Add("first-token");
        await stage.Ask(engine => engine.Deploy(Deploy("1") with { Secrets = Services(ImmutableSortedDictionary<string, string>.Empty.Add(Setting, scene.FirstValue()).Add("SHOP__OTHER", "other-secret-value")) }, default));
        stage.World.SecretValues[new("home", "staging/ADMIN", 1)] = "postgres://admin:admin-password@db.example.org/postgres";
        stage.World.SecretAuthors[new("home", "staging/ADMIN", 1)] = "ada";
        await stage.UntilOver();
        await stage.Restart();
        stage.Watched = scene.Watch;
        return scene;
    }

    public Task<CommandAnswer> Rotate(bool now = false) => Stage.Ask(engine => engine.Rotate(Command(Kind) with { Now = Now = now }, default));

    public static RotateCommand Command(RotationKind kind) => new()
    {
        Environment = Scenes.Environment,
        Plan = new()
        {
            Setting = Setting,
            Store = "home",
            Name = Name,
            SecretStores = [],
            SourceFolder = "/1",
            Rotation = new()
            {
                Kind = kind,
                Overlap = Overlap,
                LengthBytes = 24,
                Algorithm = "ES256",
                Roles = kind == RotationKind.Database ? ["shop_a", "shop_b"] : [],
                Admin = new("home", "staging/ADMIN", null),
                Create = new(["./tokens", "create"]),
                Revoke = new(["./tokens", "revoke"]),
            },
        },
        Caller = new("ada", "cli"),
    };

    /// <summary>A deploy by a person: secrets are what their stores hold then.</summary>
    public Task<CommandAnswer> Deploy(string version, bool queue = false) => Stage.Ask(engine => engine.Deploy(
        Deploy(version) with { Queue = queue, SecretVersions = Services(ImmutableSortedDictionary<string, SecretVersion>.Empty.Add(Setting, Latest()!)) }, default));

    public Task<CommandAnswer> Rollback(ReleaseId? to = null) => Stage.Ask(engine => engine.Rollback(Scenes.Environment, to, new("ada", "cli"), null, default));

    public Task<CommandAnswer> Abort() => Stage.Ask(engine => engine.AbortRotation(Scenes.Environment, Rotation.Id, new("ada", "cli"), null, default));

    public Task Until(RotationPhase phase) => Stage.Until(_ => Rotation.Phase == phase, 300);

    public async Task UntilOver()
    {
        await Stage.Until(one => one.State.Rotations.All(rotation => rotation.IsOver) && one.State.Rollouts.All(rollout => rollout.IsOver), 2000);
        await Stage.Play(TimeSpan.FromSeconds(5));
    }

    /// <summary>What the live release uses.</summary>
    public SecretVersion Live() => HeldSecret.Holds(Stage.State.Releases[Stage.State.Live!.Value].Release, Rotation.Plan)!;

    public SecretVersion? Latest() => InUse().LastOrDefault();

    public List<SecretVersion> InUse()
        => [.. Stage.World.SecretValues.Keys.Where(one => one.Name == Name && !Stage.World.RetiredSecrets.Contains(one)).OrderBy(one => one.Version)];

    /// <summary>Everything that is wrong once all is over; empty when nothing is.</summary>
    public async Task<string> Wrong(RotationOutcome outcome)
    {
        await UntilOver();
        var wrong = new List<string>(Stage.State.Live is null ? [.. Stage.World.Violations] : await Stage.Rest());
        if (Rotation.Outcome != outcome)
            wrong.Add($"It ended as {Rotation.Outcome}: {Rotation.Failure}");
        if (Stage.World.Lost > 0)
            wrong.Add($"{Stage.World.Lost} requests were lost.");
        if (InUse() is not [var only])
            wrong.Add($"In use are {string.Join(", ", InUse())}.");
        else if (Stage.State.Live is not null && only != Live())
            wrong.Add($"{only} is in use, but {Live()} is live.");
        if (Stage.State.Live is { } live && Stage.State.Releases[live].Release.Services.Any(service => service.Secrets.Count > 2))
            wrong.Add("What is live accepts a second one.");
        wrong.AddRange(Valid());
        if (Stage.Disk.Records.Any(record => Stage.World.SecretValues.Values.Any(value => record.Body.Contains(value, StringComparison.Ordinal))))
            wrong.Add("A value is in the journal.");
        return wrong.Count == 0 ? "" : $"{Kind}: {string.Join('\n', wrong)}\n{Stage.Tell()}";
    }

    // Exactly one of what grants access is left, and it is the one in use.
    private IEnumerable<string> Valid()
    {
        var value = Latest() is { } latest ? Stage.World.SecretValues[latest] : "";
        if (Kind == RotationKind.Database && (Stage.Server.Passwords.Values.Count(one => one is not null) != 1 || !Stage.Server.LetsIn(value)))
            yield return $"Roles with a password: {string.Join(", ", Stage.Server.Passwords.Where(one => one.Value is not null).Select(one => one.Key))}; in use is {value}.";
        if (Kind == RotationKind.Token && !Stage.Server.Tokens.SetEquals([value]))
            yield return $"Tokens: {string.Join(", ", Stage.Server.Tokens)}; in use is {value}.";
        if (Kind == RotationKind.Keys && KeysOf(value).Count != 1)
            yield return $"Keys: {string.Join(", ", KeysOf(value))}.";
    }

    private void Watch()
    {
        if (IsBroken)
            return;
        var now = Stage.World.Clock.GetUtcNow();
        var running = Stage.World.Instances.Where(one => !one.Gone && Stage.World.Variables.ContainsKey((one.Release, one.Service.Name)))
            .Select(one => (one.Id, Variables: Stage.World.Variables[(one.Release, one.Service.Name)])).ToList();
        foreach (var (id, variables) in running.Where(one => !HasAccess(one.Variables)))
            Stage.World.Violations.Add($"{now:mm:ss.f} {id} has no access any more.");
        if (Stage.World.Table is not { } table || Kind is RotationKind.Database or RotationKind.Token)
            return;
        var serving = table.Services.SelectMany(service => service.Releases).Where(release => release.Weight > 0)
            .SelectMany(release => release.Endpoints.Select(endpoint => endpoint.Instance)).ToHashSet();
        var taking = running.Where(one => serving.Contains(one.Id)).ToList();
        foreach (var (_, variables) in taking)
            _used[Accepted(variables)[0]] = now;
        var asked = _used.Where(one => now - one.Value < (Now ? TimeSpan.FromSeconds(0.1) : Overlap)).Select(one => one.Key).ToList();
        foreach (var (id, variables) in taking)
        {
            foreach (var refused in asked.Except(Accepted(variables)))
                Stage.World.Violations.Add($"{now:mm:ss.f} {id} refuses {refused}, which is used.");
        }
    }

    private bool HasAccess(IReadOnlyDictionary<string, string> variables) => Kind switch
    {
        RotationKind.Database => Stage.Server.LetsIn(variables[Setting]),
        RotationKind.Token => Stage.Server.Tokens.Contains(variables[Setting]),
        _ => true,
    };

    // What it uses first, then what else it accepts.
    private List<string> Accepted(IReadOnlyDictionary<string, string> variables) => Kind == RotationKind.Keys
        ? KeysOf(variables[Setting])
        : [.. ((string[])[Setting, Setting + "_NEXT", Setting + "_PREVIOUS"]).Where(variables.ContainsKey).Select(name => variables[name])];

    private static List<string> KeysOf(string set)
    {
        using var document = JsonDocument.Parse(set);
        return [.. document.RootElement.GetProperty("keys").EnumerateArray().Select(key => key.GetProperty("kid").GetString()!)];
    }

    private string FirstValue() => Kind switch
    {
        RotationKind.Keys => KeySet.Of(Stage.Server.NewKey("ES256")),
        RotationKind.Database => string.Format(System.Globalization.CultureInfo.InvariantCulture, Connection, "shop_a", "first-password"),
        RotationKind.Token => "first-token",
        _ => "first-value-of-the-shop",
    };

    private static DeployCommand Deploy(string version) => Scenes.Deploy(Shop, version) with
    {
        Secrets = ImmutableDictionary<ServiceName, ImmutableSortedDictionary<string, string>>.Empty,
        SecretVersions = Services(ImmutableSortedDictionary<string, SecretVersion>.Empty.Add("SHOP__OTHER", new SecretVersion("home", "staging/SHOP__OTHER", 1))),
    };

    private static ImmutableDictionary<ServiceName, ImmutableSortedDictionary<string, T>> Services<T>(ImmutableSortedDictionary<string, T> each)
        => Shop.Services.ToImmutableDictionary(service => service.Name, _ => each);
}

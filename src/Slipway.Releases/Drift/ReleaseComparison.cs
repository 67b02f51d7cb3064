using System.Collections.Immutable;
using System.Text.Json;
using Slipway.Core.Manifests;
using Slipway.Core.Settings;
using Slipway.Releases.Journals;
using Slipway.Releases.Ports;

namespace Slipway.Releases.Drift;

/// <summary>What a manifest, the settings and the stores declare now, as a deploy would release it.</summary>
/// <param name="Services">The services. One whose inputs cannot be read, or that needs no build, has no artefact.</param>
/// <param name="Loose">Secret values, by service, that stand in no store with versions; in memory only.</param>
/// <param name="LiveSecrets">Values of the live release's secret versions; in memory only.</param>
internal sealed record Declared(
    ImmutableArray<ReleasedService> Services,
    ImmutableDictionary<ServiceName, ImmutableSortedDictionary<string, string>> Loose,
    ImmutableDictionary<SecretVersion, string> LiveSecrets);

/// <summary>Compares what is declared now with the live release: what a deploy would change. Versions that teams give are names, and not compared.</summary>
internal static class ReleaseComparison
{
    private const string Nothing = "nothing";

    /// <summary>Everything that a deploy would change.</summary>
    public static IEnumerable<Deviation> Of(Declared declared, Release live)
    {
        foreach (var service in declared.Services)
        {
            var name = service.Service.Name;
            var differences = live.Find(name) is { } running
                ? Service(service.Service, running.Service).Concat(Artefact(service, running)).Concat(Settings(service, running)).Concat(Secrets(declared, service, running))
                : [Unreleased(DriftAspect.Services, name, "service", "there is one", Nothing)];
            foreach (var difference in differences)
                yield return difference;
        }
        foreach (var gone in live.Services.Where(one => declared.Services.All(service => service.Service.Name != one.Service.Name)))
            yield return Unreleased(DriftAspect.Services, gone.Service.Name, "service", Nothing, "runs");
    }

    private static IEnumerable<Deviation> Artefact(ReleasedService declared, ReleasedService running)
    {
        if (running.Artefact is { } digest && declared.Artefact is { } now && now != digest)
            yield return Unreleased(DriftAspect.Artefacts, running.Service.Name, "artefact", now.ToString()[..12], digest.ToString()[..12]);
    }

    private static IEnumerable<Deviation> Settings(ReleasedService declared, ReleasedService running)
    {
        foreach (var name in declared.Settings.Keys.Union(running.Settings.Keys, StringComparer.Ordinal).Order(StringComparer.Ordinal))
        {
            var (mine, other) = (declared.Settings.GetValueOrDefault(name), running.Settings.GetValueOrDefault(name));
            if (mine != other)
                yield return Unreleased(DriftAspect.Settings, running.Service.Name, name, ShownDeviation.Value(mine, Nothing), ShownDeviation.Value(other, Nothing));
        }
    }

    private static IEnumerable<Deviation> Secrets(Declared declared, ReleasedService service, ReleasedService running)
    {
        var loose = declared.Loose.GetValueOrDefault(service.Service.Name) ?? ImmutableSortedDictionary<string, string>.Empty;
        foreach (var name in service.Secrets.Keys.Union(loose.Keys).Union(running.Secrets.Keys).Order(StringComparer.Ordinal))
        {
            var (mine, other) = (service.Secrets.GetValueOrDefault(name), running.Secrets.GetValueOrDefault(name));
            // A value that stands in no store with versions is kept as one when it is released; until then only it can be compared.
            var same = mine is not null ? mine == other : loose.TryGetValue(name, out var value) && other is not null && declared.LiveSecrets.GetValueOrDefault(other) == value;
            if (!same)
                yield return Unreleased(DriftAspect.Secrets, running.Service.Name, name, mine?.ToString() ?? (loose.ContainsKey(name) ? "another value" : Nothing), other?.ToString() ?? Nothing);
        }
    }

    private static IEnumerable<Deviation> Service(Service declared, Service running)
    {
        // Whether a migration was compatible is said of one release, and may be said by its deploy.
        if (declared.Migration is { } migration && running.Migration is { } run)
            running = running with { Migration = run with { Compatible = migration.Compatible } };
        var (mine, other) = (JsonSerializer.SerializeToElement(declared, JournalJson.Default.Service), JsonSerializer.SerializeToElement(running, JournalJson.Default.Service));
        return Differences("", mine, other).Select(one => Unreleased(
            AspectOf(one.Path.Split('.')[0]), declared.Name, one.Path, ShownDeviation.Value(one.Declared?.GetRawText(), Nothing), ShownDeviation.Value(one.Running?.GetRawText(), Nothing)));
    }

    // Down to what differs: of two probes that are the same but for one number, that number is what a person looks for.
    private static IEnumerable<(string Path, JsonElement? Declared, JsonElement? Running)> Differences(string path, JsonElement? declared, JsonElement? running)
    {
        if (declared is { ValueKind: JsonValueKind.Object } mine && running is { ValueKind: JsonValueKind.Object } other)
        {
            return mine.EnumerateObject().Concat(other.EnumerateObject()).Select(one => one.Name).Distinct(StringComparer.Ordinal)
                .SelectMany(name => Differences(path.Length == 0 ? name : $"{path}.{name}", Member(mine, name), Member(other, name)));
        }
        return declared?.GetRawText() == running?.GetRawText() ? [] : [(path, declared, running)];
    }

    private static JsonElement? Member(JsonElement element, string name) => element.TryGetProperty(name, out var member) ? member : null;

    private static DriftAspect AspectOf(string property) => property switch
    {
        "replicas" => DriftAspect.Instances,
        "routes" => DriftAspect.Routes,
        "resources" => DriftAspect.Limits,
        _ => DriftAspect.Services,
    };

    private static Deviation Unreleased(DriftAspect aspect, ServiceName service, string subject, string declared, string running)
        => new(aspect, service, null, subject, declared, running, DriftRemedy.Deploy);
}

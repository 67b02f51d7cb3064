using System.Text.Json.Nodes;

namespace Slipway.Bench.Drift;

/// <summary>Changes of gateways, of secret stores, and of what is declared.</summary>
internal static class OtherChanges
{
    public static IEnumerable<OutsideChange> Routes()
    {
        yield return Table("a release's share", "share", service => service["releases"]![0]!["weight"] = 0);
        yield return Table("an instance out of the table", "instances of release", service => service["releases"]![0]!["endpoints"]!.AsArray().RemoveAt(0));
        yield return Table("a stranger in the table", "instances of release", service =>
        {
            var stranger = service["releases"]![0]!["endpoints"]![0]!.DeepClone();
            (stranger["instance"], stranger["port"]) = ("web-stranger-9", 9);
            service["releases"]![0]!["endpoints"]!.AsArray().Add(stranger);
        });
        yield return Table("a route's path", "routes", service => service["routes"]![0]!["path"] = "/elsewhere");
        yield return Table("how a route is carried", "routes", service => service["routes"]![0]!["sticky"] = true);
        yield return new("a service out of the table", "routes", "service at the gateway", stage => stage.Put(table => table["services"]!.AsArray().Clear()));
        yield return new("a service more in the table", "routes", "service at the gateway", stage => stage.Put(table =>
        {
            var more = table["services"]![0]!.DeepClone();
            more["service"] = "backdoor";
            more["routes"]![0]!["path"] = "/backdoor";
            more["releases"]!.AsArray().Clear();
            table["services"]!.AsArray().Add(more);
        }));
        yield return new("the table on disk", "routes", "table on disk", stage => File.WriteAllTextAsync(StoredTables.NewestFile(stage.Gateway), "{}"));
        yield return new("the table on disk deleted", "routes", "table on disk", stage => Task.Run(() => File.Delete(StoredTables.NewestFile(stage.Gateway))));
        yield return new(
            "what a gateway says of itself", "routes", "gateway", async stage =>
            {
                var file = Path.Combine(stage.Gateway, "gateway.json");
                File.Copy(file, file + ".kept");
                await File.WriteAllTextAsync(file, (await File.ReadAllTextAsync(file)).Replace("\"port\":", "\"port\":1", StringComparison.Ordinal));
            },
            stage => Task.Run(() => File.Move(Path.Combine(stage.Gateway, "gateway.json.kept"), Path.Combine(stage.Gateway, "gateway.json"), overwrite: true)));
        yield return new(
            "a gateway stopped by a signal", "routes", "gateway", async stage => DriftStage.Signal("STOP", await stage.Stack.GatewayId()),
            async stage => DriftStage.Signal("CONT", await stage.Stack.GatewayId()));
    }

    public static IEnumerable<OutsideChange> Secrets()
    {
        yield return Moved("the key of the secret store", stage => stage.Key);
        yield return Moved("the secret store deleted", stage => stage.Store);
        yield return new(
            "a line of the secret store", "secrets", "DB_SECRET#1", async stage =>
            {
                File.Copy(stage.Store, stage.Store + ".kept");
                var lines = await File.ReadAllLinesAsync(stage.Store);
                lines[^1] = lines[^1][..^4] + (lines[^1].EndsWith("AAAA", StringComparison.Ordinal) ? "BBBB" : "AAAA");
                await File.WriteAllLinesAsync(stage.Store, lines);
            },
            Restored);
        yield return new(
            "a secret version retired that runs", "secrets", "DB_SECRET#1", async stage =>
            {
                File.Copy(stage.Store, stage.Store + ".kept");
                await stage.Slipway(null, "secrets", "retire", "DB_SECRET#1", "-e", "bench");
            },
            Restored);
    }

    public static IEnumerable<OutsideChange> Declared()
    {
        yield return Line("a setting in the manifest", "settings", "PLAIN", "plain-value", "plain-other");
        yield return Line("a setting taken from the manifest", "settings", "PLAIN", "{ PLAIN: plain-value }", "{}");
        yield return Line("the number of instances in the manifest", "instances", "replicas", "replicas: 2", "replicas: 3");
        yield return Line("a route in the manifest", "routes", "routes", "path: /", "path: /v2");
        yield return Line("a limit in the manifest", "limits", "resources", "memory: 256Mi", "memory: 300Mi");
        yield return Line("a probe in the manifest", "services", "health", "path: /health", "path: /healthz");
        yield return new(
            "the source of an artefact", "artefacts", "artefact", stage => File.WriteAllTextAsync(Path.Combine(stage.Stack.Folder, "source", "note.txt"), "new"),
            stage => File.WriteAllTextAsync(Path.Combine(stage.Stack.Folder, "source", "note.txt"), "note"), Unreleased: true);
        yield return new(
            "a newer version of a secret", "secrets", "DB_SECRET", async stage =>
            {
                File.Copy(stage.Store, stage.Store + ".kept");
                await stage.Slipway("second-secret-value", "secrets", "set", "DB_SECRET", "-e", "bench");
            },
            Restored, Unreleased: true);
    }

    private static OutsideChange Table(string what, string subject, Action<JsonNode> change)
        => new(what, "routes", subject, stage => stage.Put(table => change(table["services"]!.AsArray().Single(one => (string)one!["service"]! == "web")!)));

    private static OutsideChange Moved(string what, Func<DriftStage, string> file) => new(
        what, "secrets", "DB_SECRET#1", stage => Task.Run(() => File.Move(file(stage), file(stage) + ".away")),
        stage => Task.Run(() => File.Move(file(stage) + ".away", file(stage), overwrite: true)));

    private static Task Restored(DriftStage stage) => Task.Run(() => File.Move(stage.Store + ".kept", stage.Store, overwrite: true));

    private static OutsideChange Line(string what, string aspect, string subject, string before, string after)
    {
        async Task Write(DriftStage stage, string from, string to) => await File.WriteAllTextAsync(stage.Manifest, (await File.ReadAllTextAsync(stage.Manifest)).Replace(from, to));
        return new(what, aspect, subject, stage => Write(stage, before, after), stage => Write(stage, after, before), Unreleased: true);
    }
}

using System.CommandLine;
using System.Text.Json;
using Slipway.Cli.Invoking;
using Slipway.Cli.Output;
using Slipway.Core.Settings;

namespace Slipway.Cli.SecretVerbs;

/// <summary><c>slipway secrets list</c>: names and versions, never values.</summary>
internal static class ListVerb
{
    /// <summary>The verb's command.</summary>
    public static Command Make()
    {
        var command = new Command("list", "List the secrets of an environment with their versions.");
        var all = new Option<bool>("--all") { Description = "Of every environment, and what belongs to none." };
        var store = SecretPlace.Option();
        command.Options.Add(all);
        command.Options.Add(store);
        var common = CommonOptions.AddTo(command);
        Examples.Add(command, "0 listed; 2 wrong usage or manifest; 3 the store cannot be used.", "slipway secrets list -e production", "slipway secrets list --all --json");
        command.SetAction(async (result, cancel) =>
        {
            using var place = SecretPlace.Of(result, common, store);
            var scoped = place.Store.KeepsVersions && !result.GetValue(all);
            var entries = await place.Store.List(scoped ? $"{place.Application.Environment}/" : "", cancel);
            if (common.Json(result))
                StandardStreams.Line(Json(entries));
            else if (entries.Count == 0)
                StandardStreams.Line(scoped ? $"The store '{place.Store.Name}' has no secret of {place.Application.Environment}." : $"The store '{place.Store.Name}' lists no secret.");
            else
                TableWriter.Show(Table(entries));
            return ExitCodes.Done;
        });
        return command;
    }

    private static TextTable Table(IReadOnlyList<SecretEntry> entries)
    {
        var table = new TextTable("secret", ">version", "set", "by", "state");
        foreach (var entry in entries)
        {
            table.Add(
                entry.Version.Name, entry.Version.Version.ToString(), entry.SetAt is { } at ? Durations.Stamp(at) : null, entry.SetBy,
                entry.RetiredAt is { } retired ? $"retired {Durations.Stamp(retired)}" : "in use");
        }
        return table;
    }

    private static byte[] Json(IReadOnlyList<SecretEntry> entries)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartArray();
            foreach (var entry in entries)
            {
                json.WriteStartObject();
                json.WriteString("reference", entry.Version.ToString());
                json.WriteString("name", entry.Version.Name);
                json.WriteNumber("version", entry.Version.Version);
                if (entry.SetAt is { } at)
                    json.WriteString("setAt", at);
                if (entry.SetBy is { } by)
                    json.WriteString("setBy", by);
                if (entry.RetiredAt is { } retired)
                    json.WriteString("retiredAt", retired);
                json.WriteEndObject();
            }
            json.WriteEndArray();
        }
        return stream.ToArray();
    }
}

using System.CommandLine;
using System.Text;
using System.Text.Json;
using Slipway.Cli.Invoking;
using Slipway.Cli.Output;
using Slipway.Files;

namespace Slipway.Cli.GatewayVerbs;

/// <summary><c>slipway gateway key</c>: lets a caller in by a key, or no longer.</summary>
internal static class KeyVerb
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    /// <summary>The verb's command.</summary>
    public static Command Make()
    {
        var command = new Command("key", "Make a key for a caller of routes with auth by key or basic. It is shown once; the file keeps its hash, and the gateway reads the file within seconds.");
        var name = new Argument<string>("NAME") { Description = "The caller, as the application will be told it in X-Forwarded-User." };
        var file = new Option<string?>("--file") { Description = "The file of callers that the manifest names; without it the line is shown.", HelpName = "FILE" };
        var roles = new Option<string[]>("--role") { Description = "A role that the caller has; may be given several times.", HelpName = "ROLE" };
        var only = new Option<bool>("--only") { Description = "Take the caller's keys before this one out." };
        var revoke = new Option<bool>("--revoke") { Description = "Take all keys of the caller out and make none." };
        var json = new Option<bool>("--json") { Description = "Write JSON." };
        command.Arguments.Add(name);
        foreach (var option in (Option[])[file, roles, only, revoke, json])
            command.Options.Add(option);
        Examples.Add(
            command, "0 done; 1 there is no such caller; 2 wrong usage; 3 the file cannot be written.",
            "slipway gateway key billing --role read --file /etc/shop/callers", "slipway gateway key billing --only --file /etc/shop/callers", "slipway gateway key billing --revoke --file /etc/shop/callers");
        command.SetAction(result =>
        {
            var caller = result.GetValue(name)!;
            if (!CallerLines.IsName(caller))
                throw new CommandFailure(ExitCodes.Usage, $"'{caller}' cannot be a caller's name.", "Use visible ASCII without : and %, 128 characters at most.");
            var given = result.GetValue(roles) ?? [];
            if (given.FirstOrDefault(static role => role.Length == 0 || role.AsSpan().ContainsAnyExceptInRange('!', '~') || role.Contains(',', StringComparison.Ordinal)) is { } wrong)
                throw new CommandFailure(ExitCodes.Usage, $"'{wrong}' cannot be a role.", "Use visible ASCII without commas.");
            var path = result.GetValue(file);
            if (path is null && (result.GetValue(only) || result.GetValue(revoke)))
                throw new CommandFailure(ExitCodes.Usage, "Nothing can be taken out of no file.", "Add --file FILE, as the manifest names it.");
            return result.GetValue(revoke) ? Revoke(caller, path!) : Add(caller, given, path, result.GetValue(only), result.GetValue(json));
        });
        return command;
    }

    private static int Add(string name, string[] roles, string? path, bool only, bool json)
    {
        var key = CallerLines.NewKey();
        var line = CallerLines.Of(name, key, roles);
        if (path is not null)
            Change(path, lines => [.. only ? CallerLines.Without(lines, name) : lines, line]);
        if (json)
            StandardStreams.Line(Json(name, key, line));
        else
            StandardStreams.Line(key);
        if (!json)
            StandardStreams.ErrorLine(path is null ? $"Add this line to the file of callers: {line}" : $"{name} may come with it within seconds. It is not kept anywhere: hand it over now.");
        return ExitCodes.Done;
    }

    private static byte[] Json(string name, string key, string line)
    {
        using var text = new MemoryStream();
        using (var json = new Utf8JsonWriter(text))
        {
            json.WriteStartObject();
            json.WriteString("caller"u8, name);
            json.WriteString("key"u8, key);
            json.WriteString("line"u8, line);
            json.WriteEndObject();
        }
        return text.ToArray();
    }

    private static int Revoke(string name, string path)
    {
        var count = 0;
        Change(path, lines =>
        {
            count = CallerLines.Count(lines, name);
            return count > 0 ? CallerLines.Without(lines, name) : throw new CommandFailure(ExitCodes.No, $"{name} has no key in {path}.", "See the file for who has.");
        });
        StandardStreams.Line($"{(count == 1 ? "1 key" : $"{count} keys")} of {name} taken out; within seconds nobody comes with it.");
        return ExitCodes.Done;
    }

    // Under a lock, or of two that change the file at once the later would put back what the earlier took out.
    private static void Change(string path, Func<string[], IEnumerable<string>> change)
    {
        try
        {
            using var turn = LockFile.Take(path + ".lock", s_patience)
                ?? throw new CommandFailure(ExitCodes.Outside, $"Another process has been changing {path} for {s_patience.TotalSeconds:0} s.", $"Find out which one: fuser {path}.lock");
            var isThere = File.Exists(path);
            var lines = change(isThere ? File.ReadAllLines(path) : []);
            var text = Encoding.UTF8.GetBytes(string.Concat(lines.Select(static line => line + "\n")));
            if (isThere && !OperatingSystem.IsWindows())
                PrivateFile.Replace(path, text, mode: File.GetUnixFileMode(path));
            else
                PrivateFile.Replace(path, text);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandFailure(ExitCodes.Outside, $"{path} cannot be written: {e.Message}", "Run it as the user who owns the file, and make its folder first.");
        }
    }
}

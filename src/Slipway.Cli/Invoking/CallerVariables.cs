using System.Collections;
using System.Text;
using Slipway.Core.Manifests;
using Slipway.Secrets.Inputs;

namespace Slipway.Cli.Invoking;

/// <summary>What of the caller's environment goes along with a request: nothing but what the manifest asks for.</summary>
internal static class CallerVariables
{
    /// <summary>By which path a request comes: <c>ci</c> where a CI system runs us, else <c>cli</c>.</summary>
    public static string Path
        => string.Equals(Environment.GetEnvironmentVariable("CI"), "true", StringComparison.OrdinalIgnoreCase) ? "ci" : "cli";

    /// <summary>Who runs us, for records that a store keeps itself.</summary>
    public static string User => Environment.UserName;

    /// <summary>All of the caller's variables.</summary>
    public static Dictionary<string, string> All()
    {
        var all = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (DictionaryEntry entry in Environment.GetEnvironmentVariables())
            all[(string)entry.Key] = (string?)entry.Value ?? "";
        return all;
    }

    /// <summary>Those that the manifest mentions as <c>${NAME}</c> or declares as settings, the contents of <c>NAME_FILE</c> included.</summary>
    public static IReadOnlyDictionary<string, string> For(string manifestPath, EnvironmentName environment)
    {
        var text = File.ReadAllText(manifestPath, Encoding.UTF8);
        var all = All();
        var wanted = Mentioned(text).Where(all.ContainsKey).ToDictionary(name => name, name => all[name], StringComparer.Ordinal);
        var faults = new List<Diagnostic>();
        if (ManifestReader.Read(manifestPath, text, faults)?.Resolve(environment, all, faults) is not { } application)
            return wanted;
        var files = new List<Diagnostic>();
        var inputs = SettingInputsReader.Read(application, all, null, files);
        if (files.Exists(fault => fault.Severity == Severity.Error))
            throw new CommandFailure(ExitCodes.Usage, "A file with a setting's value cannot be read.", "Correct what stands above.") { Faults = [.. files.Select(fault => fault.ToString())] };
        foreach (var setting in application.Settings)
        {
            foreach (var name in setting.Formerly.Insert(0, setting.Name))
            {
                if (all.TryGetValue(name, out var value))
                    wanted[name] = value;
                // What a file holds goes along as the variable's value: the file is on this machine.
                if (inputs.Files.TryGetValue(name, out var content) && !wanted.TryAdd(name, content) && wanted[name].Length > 0)
                    throw new CommandFailure(ExitCodes.Usage, $"{name} and {name}_FILE are both set.", "Keep one of the two.");
            }
        }
        return wanted;
    }

    /// <summary>The names that stand in a text as <c>${NAME}</c> or <c>${NAME:-default}</c>.</summary>
    public static HashSet<string> Mentioned(string text)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        for (var at = text.IndexOf("${", StringComparison.Ordinal); at >= 0; at = text.IndexOf("${", at + 2, StringComparison.Ordinal))
        {
            var end = at + 2;
            while (end < text.Length && (char.IsAsciiLetterOrDigit(text[end]) || text[end] == '_'))
                end++;
            if (end > at + 2)
                names.Add(text[(at + 2)..end]);
        }
        return names;
    }
}

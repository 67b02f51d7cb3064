using System.Collections;
using System.Text;
using Slipway.Core.Manifests;

namespace Slipway.Cli.Invoking;

/// <summary>What of the caller's environment goes along with a request: nothing but what the manifest asks for.</summary>
internal static class CallerVariables
{
    /// <summary>By which path a request comes: <c>ci</c> where a CI system runs us, else <c>cli</c>.</summary>
    public static string Path
        => string.Equals(Environment.GetEnvironmentVariable("CI"), "true", StringComparison.OrdinalIgnoreCase) ? "ci" : "cli";

    /// <summary>All of the caller's variables.</summary>
    public static Dictionary<string, string> All()
    {
        var all = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (DictionaryEntry entry in Environment.GetEnvironmentVariables())
            all[(string)entry.Key] = (string?)entry.Value ?? "";
        return all;
    }

    /// <summary>Those that the manifest mentions as <c>${NAME}</c> or declares as settings.</summary>
    public static IReadOnlyDictionary<string, string> For(string manifestPath, EnvironmentName environment)
    {
        var text = File.ReadAllText(manifestPath, Encoding.UTF8);
        var all = All();
        var wanted = Mentioned(text);
        foreach (var setting in DeclaredSettings(text, manifestPath, environment, all))
            wanted.Add(setting);
        return wanted.Where(all.ContainsKey).ToDictionary(name => name, name => all[name], StringComparer.Ordinal);
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

    private static IEnumerable<string> DeclaredSettings(
        string text, string manifestPath, EnvironmentName environment, Dictionary<string, string> variables)
    {
        var faults = new List<Diagnostic>();
        var application = ManifestReader.Read(manifestPath, text, faults)?.Resolve(environment, variables, faults);
        return application is null ? [] : application.Settings.Select(setting => setting.Name);
    }
}

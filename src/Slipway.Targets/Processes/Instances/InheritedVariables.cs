using System.Collections.Immutable;

namespace Slipway.Targets.Processes.Instances;

/// <summary>What of the control plane's own environment a program is given.</summary>
internal static class InheritedVariables
{
    private static readonly ImmutableArray<string> s_needed =
        ["PATH", "HOME", "LANG", "TMPDIR", "DOTNET_ROOT", "SystemRoot", "SystemDrive", "TEMP", "TMP", "USERPROFILE", "PATHEXT", "ComSpec", "windir"];

    /// <summary>What a program needs to run at all; nothing else leaks into it.</summary>
    public static Dictionary<string, string> OfProgram()
        => new(All().Where(pair => s_needed.Contains(pair.Key)), StringComparer.Ordinal);

    /// <summary>All of it, as a developer's tools expect.</summary>
    public static Dictionary<string, string> All()
    {
        var variables = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (System.Collections.DictionaryEntry entry in Environment.GetEnvironmentVariables())
        {
            if (entry is { Key: string name, Value: string value })
                variables[name] = value;
        }
        return variables;
    }
}

using Slipway.Core.Manifests;

namespace Slipway.Core.Tests.Manifests;

/// <summary>Reads manifests written in tests.</summary>
internal static class ManifestText
{
    public static readonly Dictionary<string, string> NoVariables = [];

    /// <summary>Every fault as it is printed, without the file's name.</summary>
    public static string[] Faults(string text, IReadOnlyDictionary<string, string>? variables = null)
        => [.. Diagnostics(text, variables).Select(fault => fault.ToString()["slipway.yaml".Length..].TrimStart(':'))];

    public static List<Diagnostic> Diagnostics(string text, IReadOnlyDictionary<string, string>? variables = null)
    {
        var faults = new List<Diagnostic>();
        var manifest = ManifestReader.Read("slipway.yaml", text, faults);
        if (manifest is not null)
            faults.AddRange(manifest.Check(variables ?? NoVariables));
        return faults;
    }

    public static Application Resolve(string text, string environment = "local", Dictionary<string, string>? variables = null)
    {
        var faults = new List<Diagnostic>();
        var manifest = ManifestReader.Read("slipway.yaml", text, faults);
        var application = manifest?.Resolve(Environment(environment), variables ?? NoVariables, faults);
        Assert.True(application is not null, string.Join('\n', faults));
        return application;
    }

    public static EnvironmentName Environment(string name)
        => EnvironmentName.TryParse(name, out var parsed) ? parsed : throw new ArgumentException(name, nameof(name));

    /// <summary>A manifest of one service with more lines below it, each indented by four.</summary>
    public static string WithService(string lines)
        => "app: shop\nservices:\n  api:\n    run: ./api\n    port: 5000\n" + string.Concat(lines.Split('\n').Select(line => $"    {line}\n"));
}

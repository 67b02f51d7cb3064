using Slipway.Cli.Homes;
using Slipway.Cli.Invoking;
using Slipway.Core.Manifests;
using Slipway.Core.Rendering;

namespace Slipway.Cli.Settings;

/// <summary>Finds files that were rendered from a manifest and are not as it would render them now. One that is not there is no fault.</summary>
internal static class StaleFiles
{
    /// <summary>Adds a fault for each.</summary>
    public static void Find(Manifest manifest, string path, List<Diagnostic> faults)
    {
        var folder = Path.GetDirectoryName(path)!;
        foreach (var file in SettingFiles.Of(manifest, CallerVariables.All()))
        {
            var full = Path.Combine(folder, file.Path);
            if (!File.Exists(full) || File.ReadAllText(full).ReplaceLineEndings("\n") == file.Content.Value)
                continue;
            faults.Add(new(FaultCode.StaleFile, Severity.Error, new(ManifestFile.Shown(full), 0, 0), "The file is not as the manifest would render it now.", $"Render it again: {file.Command}"));
        }
    }
}

using Slipway.Releases.Ports;
using Slipway.Targets.Artefacts;
using Slipway.Targets.Processes.Instances;

namespace Slipway.Targets.Processes.Inspecting;

/// <summary>Looks whether the working folder of an instance still leads to its artefact. What the instance wrote beside is its own.</summary>
internal static class WorkFolderLook
{
    private const int NamedMax = 5;

    /// <summary>What leads elsewhere, or nowhere.</summary>
    /// <param name="runner">The instance.</param>
    /// <param name="record">What is known of it.</param>
    /// <param name="manifest">What its artefact holds; null without one, and while that cannot be read.</param>
    public static IEnumerable<Finding> Take(InstanceRunner runner, InstanceRecord record, ArtefactManifest? manifest)
    {
        if (manifest is null || runner.Plan.Artefact(record) is not { } artefact || OperatingSystem.IsWindows())
            return [];
        if (!Directory.Exists(runner.Folder.Work))
            return [New("working folder", $"leads to artefact {record.Artefact.ToString()![..12]}", "missing")];
        return Entries(manifest).Select(name => Link(runner.Folder.Work, artefact, name)).OfType<Finding>().Take(NamedMax);
    }

    private static IEnumerable<string> Entries(ArtefactManifest manifest)
        => manifest.Files.Keys.Concat(manifest.Others?.Keys ?? []).Select(path => path.Split('/', 2)[0]).Distinct(StringComparer.Ordinal);

    private static Finding? Link(string work, string artefact, string name)
    {
        var wanted = Path.Combine(artefact, name);
        var link = new FileInfo(Path.Combine(work, name));
        if (link.LinkTarget == wanted || (link.LinkTarget is { } target && Path.GetFileName(target) == name && KernelPath.IsSame(Path.GetDirectoryName(target) ?? "", artefact)))
            return null;
        var found = link.LinkTarget ?? (link.Exists || Directory.Exists(link.FullName) ? "something of its own" : "missing");
        return New($"working folder's {name}", "a link to its artefact", found);
    }

    private static Finding New(string subject, string declared, string running)
        => new(DriftAspect.Artefacts, subject, declared, running, DriftRemedy.Replace);
}

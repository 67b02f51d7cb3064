using System.Text.Json;
using Slipway.Files;

namespace Slipway.Targets.Processes.Instances;

/// <summary>The folder of one instance.</summary>
/// <param name="Path">The folder, absolute.</param>
internal sealed record InstanceFolder(string Path)
{
    private const string RecordName = "instance.json";

    public string RecordPath => System.IO.Path.Combine(Path, RecordName);

    public string Work => System.IO.Path.Combine(Path, "work");

    /// <summary>The variable by which its processes are known when nothing else tells: no other instance has this folder.</summary>
    public string Mark => $"SLIPWAY_WORK={Work}";

    public string Output => System.IO.Path.Combine(Path, "stdout.log");

    public string Error => System.IO.Path.Combine(Path, "stderr.log");

    /// <summary>Exists once a job has been begun.</summary>
    public string Begun => System.IO.Path.Combine(Path, "begun");

    /// <summary>Holds a job's exit code once it has ended.</summary>
    public string Ended => System.IO.Path.Combine(Path, "ended");

    /// <summary>The record; null when there is none or it cannot be read any more.</summary>
    public InstanceRecord? Load()
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(RecordPath), InstanceJson.Default.InstanceRecord);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException or JsonException)
        {
            return null;
        }
    }

    /// <summary>
    /// Keeps the record. Flushed to disk only where it tells of a job: of others no process is left after a loss of power that
    /// it could tell of, but a job that may have run must not run again.
    /// </summary>
    public void Save(InstanceRecord record)
    {
        PrivateFolder.Create(Path);
        PrivateFile.Replace(
            RecordPath, JsonSerializer.SerializeToUtf8Bytes(record, InstanceJson.Default.InstanceRecord), durable: record.LaunchedAtBoot is not null);
    }

    /// <summary>Forgets the run of a job of the same name, whose record is no longer kept.</summary>
    public void ForgetRun()
    {
        if (!Directory.Exists(Path))
            return;
        File.Delete(Ended);
        File.Delete(Begun);
    }

    /// <summary>
    /// Makes the working folder: its own, with a link to each entry of the artefact, so that programs find their files by
    /// relative paths and yet write beside the artefact, not into it.
    /// </summary>
    public string Prepare(string? artefact)
    {
        PrivateFolder.Create(Work);
        if (artefact is null || OperatingSystem.IsWindows())
            return Work;
        foreach (var entry in new DirectoryInfo(artefact).EnumerateFileSystemInfos())
        {
            var link = new FileInfo(System.IO.Path.Combine(Work, entry.Name));
            if (link.LinkTarget == entry.FullName || entry.Name == Artefacts.ArtefactManifest.FileName)
                continue;
            // Something of the same name that the instance itself has written stays.
            if (link.LinkTarget is not null)
                link.Delete();
            else if (link.Exists || Directory.Exists(link.FullName))
                continue;
            File.CreateSymbolicLink(link.FullName, entry.FullName);
        }
        return Work;
    }

    /// <summary>Removes the working folder. What the links lead to is not touched.</summary>
    public void DeleteWork()
    {
        if (Directory.Exists(Work))
            Directory.Delete(Work, recursive: true);
    }

    /// <summary>Removes all of it.</summary>
    public void Delete()
    {
        if (Directory.Exists(Path))
            Directory.Delete(Path, recursive: true);
    }
}

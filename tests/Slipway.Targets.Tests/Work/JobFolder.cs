namespace Slipway.Targets.Tests.Work;

/// <summary>A queue of jobs in a folder, as the fixture's workers know it.</summary>
internal sealed class JobFolder
{
    public JobFolder(Bed bed)
    {
        Path = Directory.CreateDirectory(System.IO.Path.Combine(bed.Folder, "jobs")).FullName;
        foreach (var name in (string[])["due", "taken", "done"])
            Directory.CreateDirectory(System.IO.Path.Combine(Path, name));
    }

    public string Path { get; }

    public int Due => Count("due");

    public int Taken => Count("taken");

    /// <summary>The jobs that were done, each as often as it was.</summary>
    public List<string> Done => [.. Directory.EnumerateFiles(System.IO.Path.Combine(Path, "done")).SelectMany(Lines)];

    public void Add(int number, TimeSpan length)
        => File.WriteAllText(System.IO.Path.Combine(Path, "due", $"{number}"), $"{length.TotalMilliseconds:0}");

    private int Count(string name) => Directory.EnumerateFiles(System.IO.Path.Combine(Path, name)).Count();

    private static IEnumerable<string> Lines(string path)
    {
        using var file = new StreamReader(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        return file.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}

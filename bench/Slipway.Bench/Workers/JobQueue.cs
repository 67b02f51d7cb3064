using System.Diagnostics;

namespace Slipway.Bench.Workers;

/// <summary>A folder of jobs as the fixture's workers know it, and what they wrote down.</summary>
internal sealed class JobQueue : IDisposable
{
    public JobQueue()
    {
        foreach (var name in (string[])["due", "taken", "done"])
            Directory.CreateDirectory(Path.Combine(Folder, name));
    }

    public string Folder { get; } = Directory.CreateTempSubdirectory("slipway-bench-jobs-").FullName;

    /// <summary>How many jobs there were in all.</summary>
    public int Added { get; private set; }

    public int Left => Count("due") + Count("taken");

    /// <summary>Adds jobs of 5 to 60 ms until there were so many in all.</summary>
    public void Add(int inAll, Random random)
    {
        for (; Added < inAll; Added++)
        {
            var beside = Path.Combine(Folder, $"{Added}");
            File.WriteAllText(beside, $"{random.Next(5, 60)}");
            File.Move(beside, Path.Combine(Folder, "due", $"{Added}"));
        }
    }

    /// <summary>Waits until none is left.</summary>
    public async Task Emptied(TimeSpan patience, CancellationToken stop)
    {
        var began = Stopwatch.GetTimestamp();
        while (Left > 0 && Stopwatch.GetElapsedTime(began) < patience)
            await Task.Delay(50, stop);
    }

    /// <summary>Who has done each job, as <c>INSTANCE~FENCE</c>, once for each time.</summary>
    public Dictionary<int, List<string>> Done()
    {
        var done = new Dictionary<int, List<string>>();
        foreach (var file in Directory.EnumerateFiles(Path.Combine(Folder, "done")))
        {
            foreach (var line in File.ReadAllLines(file))
            {
                var number = int.Parse(line);
                if (!done.TryGetValue(number, out var workers))
                    done[number] = workers = [];
                workers.Add(Path.GetFileName(file));
            }
        }
        return done;
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    private int Count(string name) => Directory.EnumerateFiles(Path.Combine(Folder, name)).Count();
}

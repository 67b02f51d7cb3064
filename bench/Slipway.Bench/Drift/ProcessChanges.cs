namespace Slipway.Bench.Drift;

/// <summary>Changes of processes, of the files that they run from, and of what they may use.</summary>
internal static class ProcessChanges
{
    public static IEnumerable<OutsideChange> Variables()
    {
        yield return new("a setting of a running process", "settings", "PLAIN", stage => stage.Become("variable=PLAIN=other"));
        yield return new("a setting taken from a running process", "settings", "PLAIN", stage => stage.Become("without=PLAIN"));
        yield return new("the version that a process says it is", "settings", "APP_VERSION", stage => stage.Become("variable=APP_VERSION=9.9"));
        yield return new("the address that a process was told to listen on", "settings", "HOST", stage => stage.Become("variable=HOST=0.0.0.0"));
        yield return new("a secret of a running process", "secrets", "DB_SECRET", stage => stage.Become("variable=DB_SECRET=another-value"));
        yield return new("a secret taken from a running process", "secrets", "DB_SECRET", stage => stage.Become("without=DB_SECRET"));
    }

    public static IEnumerable<OutsideChange> Files()
    {
        yield return new("another program under the same number", "artefacts", "program", async stage =>
        {
            var copy = Path.Combine(stage.Stack.Folder, "copy");
            if (!Directory.Exists(copy))
                DriftStage.Run("cp", "-r", Path.GetDirectoryName(Repository.Fixture)!, copy);
            await stage.Become($"program={copy}/slipway-fixture");
        });
        yield return new("other arguments", "artefacts", "arguments", stage => stage.Become("argument=--extra"));
        yield return Artefact("a file of an artefact", "note.txt", path => File.AppendAllText(path, "more"));
        yield return Artefact("a file of the same length and time", "note.txt", path =>
        {
            var time = File.GetLastWriteTimeUtc(path);
            File.WriteAllText(path, new string('x', (int)new FileInfo(path).Length));
            File.SetLastWriteTimeUtc(path, time);
        });
        yield return Artefact("a file deleted", "note.txt", File.Delete);
        yield return Artefact("a file added", "extra.txt", path => File.WriteAllText(path, "extra"));
        yield return Artefact("a file's mode", "note.txt", path => DriftStage.Run("chmod", "0500", path));
        yield return Artefact("what an artefact says that it holds", "artefact.json", File.Delete);
        yield return new("an artefact deleted", "artefacts", "", async stage => Directory.Delete(await stage.Artefact("web"), recursive: true));
        yield return new("a file in the place of the artefact's", "artefacts", "note.txt", async stage =>
        {
            var link = Path.Combine(await stage.Folder("web"), "work", "note.txt");
            File.Delete(link);
            await File.WriteAllTextAsync(link, "mine");
        });
        yield return new("a link that leads elsewhere", "artefacts", "note.txt", async stage =>
        {
            var link = Path.Combine(await stage.Folder("web"), "work", "note.txt");
            File.Delete(link);
            File.CreateSymbolicLink(link, "/etc/hostname");
        });
    }

    public static IEnumerable<OutsideChange> Instances()
    {
        yield return new("a process stopped by a signal", "instances", "process", async stage => DriftStage.Signal("STOP", await stage.Process("worker")));
        yield return new("a program started by hand", "instances", "process", async stage =>
            System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo(Path.Combine(await stage.Artefact("web"), "slipway-fixture")) { UseShellExecute = false, RedirectStandardOutput = true })!.Dispose());
        yield return new("a program that says it is an instance", "instances", "process", stage =>
        {
            var about = new System.Diagnostics.ProcessStartInfo("/usr/bin/sleep", ["600"]) { UseShellExecute = false };
            about.Environment["SLIPWAY_WORK"] = Path.Combine(stage.Environment, "instances", "worker-d00000000000-7", "work");
            System.Diagnostics.Process.Start(about)!.Dispose();
            return Task.CompletedTask;
        });
        yield return new("an instance's folder copied", "instances", "folder", async stage => DriftStage.Run("cp", "-r", await stage.Folder("worker"), Path.Combine(stage.Environment, "instances", "worker-copy-1")));
        yield return new("an instance's record", "instances", "record", async stage =>
        {
            var record = await stage.Record("web");
            record["restarts"] = 99;
            await File.WriteAllTextAsync(Path.Combine(await stage.Folder("web"), "instance.json"), record.ToJsonString());
        });
        yield return new("an instance's record deleted", "instances", "record", async stage => File.Delete(Path.Combine(await stage.Folder("web"), "instance.json")));
        yield return new("a program that cannot start again", "instances", "instances that run", async stage =>
        {
            DriftStage.Run("chmod", "0400", Path.Combine(await stage.Artefact("worker"), "slipway-fixture"));
            DriftStage.Signal("KILL", await stage.Process("worker"));
        });
    }

    /// <summary>Those that need control groups that may be written.</summary>
    public static IEnumerable<OutsideChange> Limits()
    {
        yield return Limit("a memory limit raised", "memory limit", "memory.limit_in_bytes", "memory.max", $"{512 << 20}");
        yield return Limit("a memory limit lowered", "memory limit", "memory.limit_in_bytes", "memory.max", $"{160 << 20}");
        yield return Limit("a memory limit taken away", "memory limit", "memory.limit_in_bytes", "memory.max", "-1");
        yield return Limit("a CPU limit", "CPU limit", "cpu.cfs_quota_us", "cpu.max", "90000");
        yield return new("a process out of its control group", "limits", "control group", async stage =>
        {
            var group = await stage.Group("web", "cgroup.procs");
            foreach (var member in await File.ReadAllLinesAsync(Path.Combine(group, "cgroup.procs")))
                await File.WriteAllTextAsync(Path.Combine(Path.GetDirectoryName(group)!, "cgroup.procs"), member);
        });
        yield return new("whether core files may be written", "limits", "core file", async stage => DriftStage.Run("prlimit", "--pid", $"{await stage.Process("web")}", "--core=unlimited:unlimited"));
    }

    private static OutsideChange Artefact(string what, string file, Action<string> change)
        => new(what, "artefacts", file == "artefact.json" ? "" : file, async stage => change(Path.Combine(await stage.Artefact("web"), file)));

    private static OutsideChange Limit(string what, string subject, string one, string two, string value) => new(what, "limits", subject, async stage =>
    {
        var record = (await stage.Record("web"))["groups"]!.AsArray().Select(group => (string)group!).ToList();
        var file = record.SelectMany(group => new[] { Path.Combine(group, one), Path.Combine(group, two) }).First(File.Exists);
        var memory = Path.Combine(Path.GetDirectoryName(file)!, "memory.memsw.limit_in_bytes");
        if (one.StartsWith("memory", StringComparison.Ordinal) && File.Exists(memory))
            await File.WriteAllTextAsync(memory, "-1");
        await File.WriteAllTextAsync(file, value);
    });
}

using Slipway.Releases.Ports;
using Slipway.Targets.Artefacts;

namespace Slipway.Targets.Tests.Inspecting;

public sealed class ArtefactLookTests
{
    [Theory]
    [InlineData("changed", "file data/text.txt", "changed")]
    [InlineData("missing", "file data/text.txt", "missing")]
    [InlineData("added", "file data/new.txt", "added")]
    [InlineData("linked", "file data/text.txt", "replaced by something that is no file")]
    [InlineData("folder", "file more", "added")]
    [InlineData("mode", "mode of file data/text.txt", "0755")]
    [InlineData("manifest", "file artefact.json", "missing or damaged")]
    [InlineData("torn manifest", "file artefact.json", "missing or damaged")]
    [InlineData("all", "artefact", "its folder is missing")]
    public async Task What_of_an_artefact_is_not_as_it_was_built_is_found_and_built_again(string change, string subject, string running)
    {
        SkipOnWindows();
        await using var bed = new Bed();
        var service = Looking.Built();
        var (_, artefact, digest) = await bed.Run(service);
        await bed.LookInVain();
        Damage(change, artefact);

        // Without its folder an instance runs from files that are not there any more, which is told of it besides.
        var found = Assert.Single((await bed.Look()).Deviations);

        Assert.Equal((DriftAspect.Artefacts, subject, DriftRemedy.Rebuild), (found.Aspect, found.Subject, found.Remedy));
        Assert.Equal(running, found.Running);
        Assert.Equal(service.Name, found.Service);
        Assert.EndsWith($"(artefact {digest.ToString()[..12]})", found.Declared, StringComparison.Ordinal);
        Assert.Equal(
            new BuildOutcome.Built(digest, Cached: false), await bed.Artefacts().Restore(service, digest, bed.Folder, CancellationToken.None));
        Assert.Equal(
            new BuildOutcome.Built(digest, Cached: true), await bed.Artefacts().Restore(service, digest, bed.Folder, CancellationToken.None));
        // What runs was started from the damaged one.
        Assert.All(Looking.All(await bed.Look()), one => Assert.Equal(DriftRemedy.Replace, one.Remedy));
        Assert.Equal("text\n", await File.ReadAllTextAsync(Path.Combine(artefact, "data", "text.txt")));
    }

    [Fact]
    public async Task A_file_that_was_changed_and_looks_the_same_is_found_again_and_again()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only Linux tells of it.");
        await using var bed = new Bed();
        var (_, artefact, _) = await bed.Run(Looking.Built());
        var file = Path.Combine(artefact, "data", "text.txt");
        var written = File.GetLastWriteTimeUtc(file);
        for (var i = 0; i < 3; i++)
        {
            await File.WriteAllTextAsync(file, "tex!\n");
            File.SetLastWriteTimeUtc(file, written);
            await bed.LookFor(DriftAspect.Artefacts, "file data/text.txt", DriftRemedy.Rebuild);
            await File.WriteAllTextAsync(file, "text\n");
            File.SetLastWriteTimeUtc(file, written);
            await bed.LookInVain();
        }
    }

    [Fact]
    public void A_file_that_rests_is_read_once_and_again_when_it_was_changed()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only Linux tells of changes.");
        var folder = Directory.CreateTempSubdirectory("slipway-test-").FullName;
        var file = Path.Combine(folder, "file");
        File.WriteAllText(file, "one");
        ArtefactManifest.Of(folder, Bed.Service().Name, ["true"], DateTimeOffset.UtcNow).Save(folder);
        var clock = new HandClock();
        var proof = new ArtefactProof(new Ahead());
        Assert.True(proof.IsWhole(folder, CancellationToken.None));

        var written = File.GetLastWriteTimeUtc(file);
        File.WriteAllText(file, "two");
        File.SetLastWriteTimeUtc(file, written);

        Assert.False(proof.IsWhole(folder, CancellationToken.None));
        Assert.False(new ArtefactProof(clock).IsWhole(folder, CancellationToken.None));
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task What_Python_keeps_beside_its_files_is_no_change()
    {
        SkipOnWindows();
        await using var bed = new Bed();
        var (_, artefact, _) = await bed.Run(Looking.Built());
        Directory.CreateDirectory(Path.Combine(artefact, "data", "__pycache__"));
        await File.WriteAllTextAsync(Path.Combine(artefact, "data", "__pycache__", "x.pyc"), "x");

        await bed.LookInVain();
    }

    [Fact]
    public async Task An_artefact_of_an_earlier_version_is_judged_by_what_it_says()
    {
        SkipOnWindows();
        await using var bed = new Bed();
        var (_, artefact, _) = await bed.Run(Looking.Built("ln -s text.txt $OUT/data/link", "mkdir $OUT/empty"));
        var manifest = ArtefactManifest.Load(artefact)!;
        Assert.Equal("text.txt", manifest.Others!["data/link"]);
        (manifest with { Others = null, Files = manifest.Files.SetItems(manifest.Files.Select(pair => KeyValuePair.Create(pair.Key, pair.Value with { Mode = null }))) }).Save(artefact);
        await bed.LookInVain();

        await File.WriteAllTextAsync(Path.Combine(artefact, "new.txt"), "x");
        await bed.LookFor(DriftAspect.Artefacts, "file new.txt", DriftRemedy.Rebuild);
    }

    [Fact]
    public async Task A_program_that_was_replaced_under_a_running_instance_is_found()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Seen through /proc.");
        await using var bed = new Bed();
        var (_, artefact, _) = await bed.Run(Looking.Built());
        var program = Path.Combine(artefact, "slipway-fixture");
        File.Copy(program, program + ".new");
        File.Move(program + ".new", program, overwrite: true);

        await bed.LookFor(DriftAspect.Artefacts, "program", DriftRemedy.Replace);
    }

    [Theory]
    [InlineData("elsewhere", "/etc")]
    [InlineData("its own", "something of its own")]
    [InlineData("missing", "missing")]
    public async Task A_working_folder_that_leads_elsewhere_is_found(string change, string running)
    {
        SkipOnWindows();
        await using var bed = new Bed();
        var (instance, _, _) = await bed.Run(Looking.Built());
        var work = bed.FolderOf(instance).Work;
        await File.WriteAllTextAsync(Path.Combine(work, "written.txt"), "its own");
        var link = Path.Combine(work, "data");
        await bed.LookInVain();
        File.Delete(link);
        if (change == "elsewhere")
            File.CreateSymbolicLink(link, "/etc");
        else if (change == "its own")
            Directory.CreateDirectory(link);

        Assert.Equal(running, (await bed.LookFor(DriftAspect.Artefacts, "working folder's data", DriftRemedy.Replace)).Running);
    }

    [Fact]
    public async Task An_artefact_whose_source_has_changed_since_is_not_built_again()
    {
        SkipOnWindows();
        await using var bed = new Bed();
        var service = Looking.Built();
        var (_, artefact, digest) = await bed.Run(service);
        File.Delete(Path.Combine(artefact, "data", "text.txt"));
        await File.WriteAllTextAsync(Path.Combine(bed.Folder, "source.txt"), "changed");

        var failed = Assert.IsType<BuildOutcome.Failed>(await bed.Artefacts().Restore(service, digest, bed.Folder, CancellationToken.None));

        Assert.Contains("is not what it was built from any more. Deploy what is there now, or roll back.", failed.Reason, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(artefact, "data", "text.txt")));
    }

    private static void Damage(string change, string artefact)
    {
        var file = Path.Combine(artefact, "data", "text.txt");
        var manifest = Path.Combine(artefact, ArtefactManifest.FileName);
        switch (change)
        {
            case "changed":
                File.AppendAllText(file, "more");
                break;
            case "missing":
                File.Delete(file);
                break;
            case "added":
                File.WriteAllText(Path.Combine(artefact, "data", "new.txt"), "x");
                break;
            case "linked":
                File.Delete(file);
                File.CreateSymbolicLink(file, "/etc/hostname");
                break;
            case "folder":
                Directory.CreateDirectory(Path.Combine(artefact, "more"));
                break;
            case "mode" when !OperatingSystem.IsWindows():
                File.SetUnixFileMode(file, (UnixFileMode)Convert.ToInt32("755", 8));
                break;
            case "manifest":
                File.Delete(manifest);
                break;
            case "torn manifest":
                File.WriteAllText(manifest, File.ReadAllText(manifest)[..100]);
                break;
            case "all":
                Directory.Delete(artefact, recursive: true);
                break;
        }
    }

    private static void SkipOnWindows() => Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has neither modes nor links.");

    /// <summary>Sees every file at rest.</summary>
    private sealed class Ahead : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => System.GetUtcNow().AddMinutes(1);
    }
}

using System.Xml.Linq;

namespace Slipway.Conventions.Tests;

public sealed class ReferenceTests
{
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["Slipway.Core"] = [],
        ["Slipway.Files"] = [],
        ["Slipway.Releases"] = ["Slipway.Core"],
        ["Slipway.Targets"] = ["Slipway.Files", "Slipway.Releases"],
        ["Slipway.Secrets"] = ["Slipway.Core", "Slipway.Files"],
        ["Slipway.Gateway"] = ["Slipway.Core", "Slipway.Files"],
        ["Slipway.ControlPlane"] = ["Slipway.Secrets", "Slipway.Targets"],
        ["Slipway.Cli"] = ["Slipway.Core", "Slipway.Files", "Slipway.Secrets"],
    };

    [Fact]
    public void References_run_one_way()
    {
        foreach (var project in Repository.Files("src", ".csproj"))
        {
            var references = XDocument.Load(project).Descendants("ProjectReference")
                .Select(reference => Path.GetFileNameWithoutExtension(reference.Attribute("Include")!.Value.Replace('\\', '/')));
            Assert.Equal(Allowed[Path.GetFileNameWithoutExtension(project)], references);
        }
    }

    [Fact]
    public void Every_project_of_the_design_is_there_and_no_other()
        => Assert.Equal(
            Allowed.Keys.Order(),
            Directory.EnumerateDirectories(Path.Combine(Repository.Root, "src")).Select(Path.GetFileName).Order());

    [Fact]
    public void Every_project_is_in_the_solution()
    {
        var solution = File.ReadAllText(Path.Combine(Repository.Root, "Slipway.slnx"));
        var missing = Repository.Files("src", ".csproj").Concat(Repository.Files("tests", ".csproj")).Concat(Repository.Files("bench", ".csproj"))
            .Select(Repository.Relative).Where(project => !solution.Contains(project));
        Assert.Empty(missing);
    }

    [Fact]
    public void Every_project_has_a_lock_file()
    {
        var missing = new[] { "src", "tests", "bench", "examples" }.SelectMany(folder => Repository.Files(folder, ".csproj"))
            .Where(project => !File.Exists(Path.Combine(Path.GetDirectoryName(project)!, "packages.lock.json")));
        Assert.Empty(missing.Select(Repository.Relative));
    }

    [Fact]
    public void Versions_of_packages_stand_in_one_place()
    {
        var versioned = new[] { "src", "tests", "bench" }.SelectMany(folder => Repository.Files(folder, ".csproj"))
            .Where(project => XDocument.Load(project).Descendants("PackageReference").Any(reference => reference.Attribute("Version") is not null));
        Assert.Empty(versioned.Select(Repository.Relative));
    }
}

using System.Diagnostics;
using System.Text.RegularExpressions;

namespace Slipway.EndToEnd.Tests;

/// <summary>The README's five minutes, as a newcomer types them.</summary>
public sealed partial class TourTests
{
    [Fact]
    public async Task Every_command_of_the_tour_does_what_the_README_says()
    {
        await using var stage = new Stage();
        Copy(Path.Combine(Installed.Root, "out", "examples", "courier"), stage.Folder);
        var commands = Commands();
        Assert.Contains(commands, command => command.StartsWith("COURIER__FAULT="));
        // Each in turn in one shell, so that what runs in the background goes on; its exit code after each.
        var script = string.Join('\n', commands.Select(command => command.EndsWith('&') ? command : $"{command}\necho \"exit=$? {command.Split(' ')[0]}\""));
        var about = new ProcessStartInfo("bash", ["-c", script])
        {
            UseShellExecute = false,
            WorkingDirectory = stage.Folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        about.Environment["PATH"] = $"{Path.GetDirectoryName(Installed.Slipway)}:{Environment.GetEnvironmentVariable("PATH")}";
        about.Environment["NO_COLOR"] = "1";
        using var shell = Process.Start(about)!;
        var ran = await Stage.Finish(shell, TimeSpan.FromMinutes(8));

        var exits = ran.Output.Split('\n').Where(line => line.StartsWith("exit=")).ToList();
        Assert.Equal(commands.Count(command => !command.EndsWith('&')), exits.Count);
        Assert.All(exits, line => Assert.True(line.StartsWith(line.Contains("COURIER__FAULT") ? "exit=1 " : "exit=0 "), $"{line}\n{ran.All}"));
        Assert.Contains("Rolled back", ran.All);
        await Stage.Until(() => Task.FromResult(stage.Survivors().Count == 0), "everything has ended");
    }

    private static List<string> Commands()
    {
        var readme = File.ReadAllText(Path.Combine(Installed.Root, "README.md"));
        var tour = readme[readme.IndexOf("## Five minutes", StringComparison.Ordinal)..readme.IndexOf("## Figures", StringComparison.Ordinal)];
        // The first block builds and enters the folder; the test has done that.
        return [.. Block().Matches(tour).Skip(1).SelectMany(block => block.Groups[1].Value.Split('\n', StringSplitOptions.RemoveEmptyEntries))];
    }

    private static void Copy(string from, string to)
    {
        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
    }

    [GeneratedRegex(@"```sh\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Block();
}

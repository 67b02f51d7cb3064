using System.Diagnostics;
using System.Text.RegularExpressions;

namespace Slipway.EndToEnd.Tests;

/// <summary>
/// The commands of a document, run in order in one shell, in a fresh copy of courier. Each must exit 0, but for the last one
/// of a block whose paragraph before says otherwise: "exits 1".
/// </summary>
internal sealed partial class Tour
{
    private readonly List<(string Command, int ExitCode)> _steps = [];

    private Tour()
    {
    }

    /// <summary>The commands, in order.</summary>
    public IEnumerable<string> Commands => _steps.Select(step => step.Command);

    /// <summary>Reads the blocks of a document marked <c>sh</c>.</summary>
    public static Tour Of(string markdown)
    {
        var tour = new Tour();
        var read = 0;
        foreach (Match block in Block().Matches(markdown))
        {
            var paragraph = markdown[read..block.Index].TrimEnd().Split("\n\n")[^1];
            var exitCode = Exits().Match(paragraph) is { Success: true } exits ? int.Parse(exits.Groups[1].Value) : 0;
            var commands = block.Groups[1].Value.Replace("\\\n", "").Split('\n', StringSplitOptions.RemoveEmptyEntries);
            tour._steps.AddRange(commands.Select((command, i) => (command, i == commands.Length - 1 ? exitCode : 0)));
            read = block.Index + block.Length;
        }
        return tour;
    }

    /// <summary>Runs it. What runs in the background goes on until the end.</summary>
    public async Task<Ran> Run(TimeSpan within)
    {
        await using var stage = new Stage();
        CopyCourier(stage.Folder);
        var script = string.Join('\n', _steps.Select((step, i) => step.Command.EndsWith('&') ? step.Command : $"{step.Command}\nprintf '\\nexit=%s {i}\\n' $?"));
        var about = new ProcessStartInfo("bash", ["-c", script])
        {
            UseShellExecute = false,
            WorkingDirectory = stage.Folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        about.Environment["PATH"] = $"{Path.GetDirectoryName(Installed.Slipway)}:{Environment.GetEnvironmentVariable("PATH")}";
        about.Environment["NO_COLOR"] = "1";
        about.Environment.Remove("SLIPWAY_HOME");
        using var shell = Process.Start(about)!;
        shell.StandardInput.Close();
        var ran = await Stage.Finish(shell, within);
        var ended = Ended().Matches(ran.Output).ToDictionary(exit => int.Parse(exit.Groups[2].Value), exit => int.Parse(exit.Groups[1].Value));
        for (var i = 0; i < _steps.Count; i++)
        {
            var (command, exitCode) = _steps[i];
            if (!command.EndsWith('&'))
                Assert.True(ended.TryGetValue(i, out var code) && code == exitCode, $"Expected exit code {exitCode}, got {code}: {command}\n{ran.All}");
        }
        await Stage.Until(() => Task.FromResult(stage.Survivors().Count == 0), "everything has ended");
        return ran;
    }

    /// <summary>A fresh copy of the example.</summary>
    public static void CopyCourier(string to)
    {
        var from = Path.Combine(Installed.Root, "out", "examples", "courier");
        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
    }

    [GeneratedRegex(@"```sh\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Block();

    [GeneratedRegex(@"\bexits ([0-9]+)\b")]
    private static partial Regex Exits();

    [GeneratedRegex(@"^exit=([0-9]+) ([0-9]+)$", RegexOptions.Multiline)]
    private static partial Regex Ended();
}

using System.Text.RegularExpressions;

namespace Slipway.Conventions.Tests;

public sealed partial class SourceTests
{
    private const int LinesMax = 400;

    [Fact]
    public void No_folder_has_a_name_that_says_nothing()
    {
        string[] banned = ["Common", "Shared", "Utils", "Helpers", "Abstractions", "Domain", "Infrastructure"];
        var bad = Sources().Select(Repository.Relative).Where(file => file.Split('/').Any(banned.Contains));
        Assert.Empty(bad);
    }

    [Fact]
    public void No_file_is_too_long_to_read()
    {
        var tooLong = Sources().Select(file => (File: Repository.Relative(file), Lines: File.ReadLines(file).Count()))
            .Where(file => file.Lines > LinesMax);
        Assert.Empty(tooLong);
    }

    [Fact]
    public void Nothing_is_left_for_later()
    {
        var marks = LeftOver();
        var found = from file in Sources()
                    where !file.EndsWith(nameof(SourceTests) + ".cs")
                    from line in File.ReadLines(file).Select((text, index) => (text, number: index + 1))
                    where marks.IsMatch(line.text)
                    select $"{Repository.Relative(file)}:{line.number}: {line.text.Trim()}";
        Assert.Empty(found);
    }

    [Fact]
    public void Folders_are_no_deeper_than_a_feature()
    {
        var deep = Repository.Files("src", ".cs").Select(Repository.Relative)
            .Where(file => file.Count(c => c == '/') > (file.Contains("/Rendering/") || file.Contains("/Slipway.Targets/") ? 4 : 3));
        Assert.Empty(deep);
    }

    // E9: what the command line prints works in every shell and code page.
    [Fact]
    public void The_command_line_speaks_ASCII()
    {
        var found = from file in Repository.Files("src/Slipway.Cli", ".cs")
                    from line in File.ReadLines(file).Select((text, index) => (text, number: index + 1))
                    where line.text.Any(c => c > 127)
                    select $"{Repository.Relative(file)}:{line.number}: {line.text.Trim()}";
        Assert.Empty(found);
    }

    private static IEnumerable<string> Sources()
        => new[] { "src", "tests", "bench", "examples" }.SelectMany(folder => Repository.Files(folder, ".cs"))
            .Append(Path.Combine(Repository.Root, "tasks.cs"));

    [GeneratedRegex(@"\b(TODO|FIXME|HACK|XXX)\b|NotImplementedException|Thread\.Sleep|catch\s*(\([^)]*\))?\s*\{\s*\}|#pragma warning disable(?! CA| IDE| MA)|#nullable disable")]
    private static partial Regex LeftOver();
}

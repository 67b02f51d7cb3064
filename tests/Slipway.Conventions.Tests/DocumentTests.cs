using System.Text.RegularExpressions;

namespace Slipway.Conventions.Tests;

public sealed partial class DocumentTests
{
    private static IEnumerable<string> Documents()
        => Repository.Files(".", ".md");

    [Fact]
    public void Links_lead_somewhere()
    {
        var dead = from document in Documents()
                   from Match link in Link().Matches(File.ReadAllText(document))
                   let target = link.Groups[1].Value
                   where !target.Contains("://") && !target.StartsWith('#') && !target.StartsWith("mailto:")
                   let path = Path.Combine(Path.GetDirectoryName(document)!, target.Split('#')[0])
                   where !File.Exists(path) && !Directory.Exists(path)
                   select $"{Repository.Relative(document)}: {target}";
        Assert.Empty(dead);
    }

    [Fact]
    public void Types_that_documents_name_exist()
    {
        var sources = string.Join('\n', new[] { "src", "tests", "bench", "examples" }
            .SelectMany(folder => Repository.Files(folder, ".cs")).Select(File.ReadAllText));
        var words = Word().Matches(sources).Select(match => match.Value).ToHashSet();
        var unknown = from document in Documents()
                      where !Repository.Relative(document).StartsWith("docs/decisions/")
                      from Match name in TypeName().Matches(File.ReadAllText(document))
                      where !words.Contains(name.Groups[1].Value)
                      select $"{Repository.Relative(document)}: {name.Groups[1].Value}";
        Assert.Empty(unknown);
    }

    [Fact]
    public void Verbs_that_documents_use_exist()
    {
        var verbs = Repository.Files("src/Slipway.Cli/Verbs", ".cs").Select(file => Path.GetFileNameWithoutExtension(file).Replace("Verb", "").ToLowerInvariant()).ToHashSet();
        var unknown = from document in Documents()
                      from Match command in Command().Matches(File.ReadAllText(document))
                      let verb = command.Groups[1].Value
                      where !verb.StartsWith('-') && !verbs.Contains(verb)
                      select $"{Repository.Relative(document)}: slipway {verb}";
        Assert.Empty(unknown);
    }

    [Fact]
    public void Tasks_that_documents_use_exist()
    {
        var tasks = File.ReadAllText(Path.Combine(Repository.Root, "tasks.cs"));
        var unknown = from document in Documents()
                      from Match task in TaskName().Matches(File.ReadAllText(document))
                      where !tasks.Contains($"\"{task.Groups[1].Value}\" =>")
                      select $"{Repository.Relative(document)}: {task.Groups[1].Value}";
        Assert.Empty(unknown);
    }

    [Fact]
    public void Decisions_are_numbered_without_gaps_and_say_context_decision_and_consequences()
    {
        var records = Repository.Files("docs/decisions", ".md").Order().ToList();
        Assert.NotEmpty(records);
        for (var i = 0; i < records.Count; i++)
        {
            Assert.StartsWith($"{i + 1:D4}-", Path.GetFileName(records[i]));
            var text = File.ReadAllText(records[i]);
            Assert.All(["## Context", "## Decision", "## Consequences"], heading => Assert.Contains(heading, text));
        }
    }

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"`([A-Z][a-z0-9]+(?:[A-Z][a-z0-9]+)+)`")]
    private static partial Regex TypeName();

    [GeneratedRegex(@"\w+")]
    private static partial Regex Word();

    // A command of the manual: at the start of a line in a code block, or in back-ticks.
    [GeneratedRegex(@"(?:^(?:\$ )?|`)(?:\./|out/)?slipway ([a-z-]+)", RegexOptions.Multiline)]
    private static partial Regex Command();

    [GeneratedRegex(@"dotnet tasks\.cs ([a-z]+)")]
    private static partial Regex TaskName();
}

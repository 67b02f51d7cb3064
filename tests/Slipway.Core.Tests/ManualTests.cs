using System.Text;
using System.Text.RegularExpressions;
using Slipway.Core.Manifests;
using Slipway.Core.Tests.Manifests;

namespace Slipway.Core.Tests;

/// <summary>The manual says what the code does.</summary>
public sealed partial class ManualTests
{
    private const string KeysHeading = "## Every key\n";

    [Fact]
    public void The_manual_explains_every_code_once_and_no_other()
    {
        var codes = CodeLine().Matches(Read("faults.md")).Select(match => match.Groups[1].Value).ToList();
        Assert.Equal(FaultCodes.All, codes);
    }

    [Fact]
    public void The_manual_lists_every_key_as_the_reader_knows_it()
    {
        var path = Path.Combine(Repository.Root, "docs", "manual", "manifest.md");
        var text = File.ReadAllText(path);
        var start = text.IndexOf("\n### ", text.IndexOf(KeysHeading, StringComparison.Ordinal), StringComparison.Ordinal);
        var expected = (start < 0 ? text : text[..start]) + Tables();
        if (Environment.GetEnvironmentVariable("SLIPWAY_UPDATE_GOLDEN") == "1")
            File.WriteAllText(path, expected);
        Assert.True(expected == File.ReadAllText(path), "docs/manual/manifest.md is out of date. Look at the difference after running the tests with SLIPWAY_UPDATE_GOLDEN=1.");
    }

    [Fact]
    public void Every_manifest_in_the_manual_is_a_good_one()
    {
        var examples = Example().Matches(Read("manifest.md") + Read("gates.md")).Select(match => match.Groups[1].Value)
            .Where(example => !example.StartsWith("gates:", StringComparison.Ordinal)).ToList();
        Assert.True(examples.Count >= 3);
        Assert.All(examples, example => Assert.Empty(ManifestText.Faults(example)));
    }

    private static string Tables()
    {
        var text = new StringBuilder();
        foreach (var section in ManifestShape.All.Values.Reverse().Where(section => section.Name is not ("probe" or "overlaid")))
        {
            text.Append($"\n### {section.Name}\n\n");
            if (section.ShortKey is not null)
                text.Append($"Short form: `{section.ShortKey}` alone.\n\n");
            text.Append("| key | type | default | example | means |\n|---|---|---|---|---|\n");
            foreach (var key in section.Keys)
                text.Append($"| `{key.Name}` | {TypeOf(key)} | {(key.Default is null ? key.Required ? "required" : "" : $"`{key.Default}`")} | `{key.Example}` | {key.Doc} |\n");
        }
        return text.ToString();
    }

    private static string TypeOf(Key key)
    {
        var type = key.Kind == ValueKind.Section ? $"*{key.Section!.Name}*"
            : key.Kind == ValueKind.Choice ? string.Join(", ", key.Choices!.Select(choice => $"`{choice}`"))
            : Capital().Replace(key.Kind.ToString(), " $0").Trim().ToLowerInvariant();
        if (key.Least.Length > 0)
            type += $", {key.Least} to {key.Most}";
        if (key.Names is { } names)
            type = $"{Capital().Replace(names.ToString(), " $0").Trim().ToLowerInvariant()} to {type}";
        return key.Many ? type + " []" : type;
    }

    private static string Read(string page) => File.ReadAllText(Path.Combine(Repository.Root, "docs", "manual", page));

    [GeneratedRegex(@"^\| (SLIP[0-9]{3}) \| .+ \| .+ \|$", RegexOptions.Multiline)]
    private static partial Regex CodeLine();

    [GeneratedRegex("```yaml\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Example();

    [GeneratedRegex("(?<!^)[A-Z]")]
    private static partial Regex Capital();
}

using System.Text;
using System.Text.Json;
using Slipway.Core.Manifests;
using Slipway.Core.Rendering;
using Slipway.Core.Tests.Manifests;

namespace Slipway.Core.Tests.Rendering;

public sealed class SchemaRendererTests
{
    private static readonly SchemaValidator Validator = new(JsonDocument.Parse(SchemaRenderer.Render()).RootElement);

    [Fact]
    public void The_committed_schema_is_the_rendered_one()
    {
        var path = Path.Combine(Repository.Root, "docs", "slipway.schema.json");
        if (Environment.GetEnvironmentVariable("SLIPWAY_UPDATE_GOLDEN") == "1")
            File.WriteAllText(path, SchemaRenderer.Render());
        Assert.True(File.Exists(path) && File.ReadAllText(path) == SchemaRenderer.Render(), "docs/slipway.schema.json is out of date. Look at the difference after running the tests with SLIPWAY_UPDATE_GOLDEN=1.");
    }

    [Fact]
    public void The_examples_are_good_to_the_schema_and_to_the_reader()
    {
        var paths = Directory.GetFiles(Path.Combine(Repository.Root, "examples"), "slipway.yaml", SearchOption.AllDirectories);
        Assert.NotEmpty(paths);
        foreach (var text in (string[])[.. paths.Select(File.ReadAllText), ResolveTests.Shop])
        {
            Assert.Empty(ManifestText.Faults(text));
            Assert.True(Validator.IsValid(Parse(text)!));
        }
    }

    [Theory]
    [InlineData("prot: 5000")]
    [InlineData("port: five")]
    [InlineData("port: 70000")]
    [InlineData("port: \"5000\"")]
    [InlineData("overlap: yes")]
    [InlineData("kind: wep")]
    [InlineData("health: health")]
    [InlineData("health: [/health]")]
    [InlineData("stop: 10")]
    [InlineData("stop: 1s1m")]
    [InlineData("replicas: 3-10")]
    [InlineData("resources: { memory: 256MiB2 }")]
    [InlineData("resources: 256Mi")]
    [InlineData("needs: Db")]
    [InlineData("route: [~]")]
    [InlineData("run: { a: b }")]
    [InlineData("run: []")]
    public void What_is_misspelt_or_of_the_wrong_type_is_bad_to_both(string line)
    {
        var text = $"app: shop\nservices:\n  api:\n    {line}\n";
        Assert.False(Validator.IsValid(Parse(text)!));
        Assert.Contains(ManifestText.Diagnostics(text), fault => fault.Code is FaultCode.UnknownKey or FaultCode.WrongType or FaultCode.OutOfRange or FaultCode.UnknownChoice or FaultCode.BadName);
    }

    [Theory]
    [InlineData(41)]
    [InlineData(42)]
    public void What_is_good_to_the_reader_is_good_to_the_schema(int seed)
    {
        var random = new Random(seed);
        var good = 0;
        for (var run = 0; run < 3_000; run++)
        {
            var text = new StringBuilder(ResolveTests.Shop);
            for (var i = random.Next(1, 3); i > 0; i--)
                text[random.Next(text.Length)] = " -[]{}'\"~.,0aZ/"[random.Next(15)];
            if (ManifestText.Faults(text.ToString()).Length > 0)
                continue;
            good++;
            Assert.True(Validator.IsValid(Parse(text.ToString())!), $"{seed}: {text}");
        }
        Assert.True(good > 100, good.ToString());
    }

    [Fact]
    public void Every_default_and_every_example_of_the_table_is_a_value_of_its_key()
    {
        foreach (var section in ManifestShape.All.Values)
        {
            foreach (var key in section.Keys)
            {
                Assert.True(key.Doc.EndsWith('.') && key.Example.Length > 0, $"{section.Name}.{key.Name}");
                foreach (var value in (string?[])[key.Default, key.Example])
                {
                    var faults = new List<Diagnostic>();
                    var reader = new ValueReader(ManifestText.NoVariables, new("table", faults));
                    if (value is not null)
                        reader.ReadSection(Parse($"{key.Name}: {value}")!, new(section.Name, null, [key]), "");
                    Assert.True(faults.Count == 0, string.Join('\n', faults));
                }
            }
        }
    }

    [Fact]
    public void The_choices_of_the_table_are_the_enumerations_in_their_order()
    {
        AssertChoices<ServiceKind>("service", "kind");
        AssertChoices<TargetKind>("manifest", "target");
        AssertChoices<Strategy>("rollout", "strategy");
        AssertChoices<InconclusiveAction>("inconclusive", "then");
        AssertChoices<Core.Settings.SettingType>("setting", "type");
    }

    private static void AssertChoices<T>(string section, string key)
        where T : struct, Enum
    {
        var keys = ManifestShape.All[section];
        Assert.Equal(Enum.GetNames<T>(), keys.Keys[keys.IndexOf(key)].Choices!.Select(choice => choice.Replace("-", "")), StringComparer.OrdinalIgnoreCase);
    }

    private static Node? Parse(string text) => YamlReader.Read(text, new("f", new List<Diagnostic>()));
}

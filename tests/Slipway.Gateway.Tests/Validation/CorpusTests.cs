using System.Text;
using Slipway.Corpora;
using Slipway.Gateway.Validation;

namespace Slipway.Gateway.Tests.Validation;

public sealed class CorpusTests
{
    private readonly ValueInspector _inspector = new();

    public static TheoryData<string> Forms => [.. Encodings.All.Select(one => one.Name)];

    [Theory]
    [MemberData(nameof(Forms))]
    public void Nearly_every_attack_is_found_in_every_form(string form)
    {
        var encoding = Encodings.All.Single(one => one.Name == form);
        var attacks = Corpus.Attacks.Where(one => encoding.Classes.Length == 0 || encoding.Classes.Contains(one.Class)).ToList();
        var missed = attacks.Where(one => !_inspector.Judge(encoding.Make(one.Text), encoding.IsEscaped ? ValuePlace.Query : ValuePlace.Plain).IsAttack).ToList();
        Assert.True(missed.Count * 100 <= attacks.Count, $"{missed.Count} of {attacks.Count} missed:\n{string.Join('\n', missed.Select(one => $"{one.Class}: {Encoding.UTF8.GetString(encoding.Make(one.Text)).Replace("\n", "\\n", StringComparison.Ordinal)}"))}");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(7)]
    public void What_people_and_programs_send_passes(int place)
    {
        var stopped = Corpus.Benign.Where(one => Judge(one, (ValuePlace)place).IsAttack).ToList();
        Assert.True(stopped.Count == 0, $"{stopped.Count} of {Corpus.Benign.Count} stopped:\n{string.Join('\n', stopped.Select(one => $"{one.Replace("\n", "\\n", StringComparison.Ordinal)} {Judge(one, (ValuePlace)place)}"))}");
    }

    [Fact]
    public void Two_harmless_values_one_behind_the_other_pass_nearly_always()
    {
        var random = new Random(1);
        string[] between = [" ", ". ", "\n", ", ", "\n\n"];
        var all = Enumerable.Range(0, 20_000)
            .Select(_ => Corpus.Benign[random.Next(Corpus.Benign.Count)] + between[random.Next(between.Length)] + Corpus.Benign[random.Next(Corpus.Benign.Count)]).ToList();
        var stopped = all.Where(one => Judge(one, ValuePlace.Form).IsAttack).ToList();
        Assert.True(stopped.Count * 1000 <= all.Count, $"{stopped.Count} of {all.Count} stopped:\n{string.Join('\n', stopped.Select(one => $"{Judge(one, ValuePlace.Form).Rule}: {one.Replace("\n", "\\n", StringComparison.Ordinal)}"))}");
    }

    [Fact]
    public void Whatever_is_cut_joined_and_put_in_is_judged_without_a_fault()
    {
        var random = new Random(1);
        string Any() => Corpus.Attacks[random.Next(Corpus.Attacks.Count)].Text;
        for (var i = 0; i < 200_000; i++)
        {
            var (one, other) = (Any(), Any());
            var cut = one[..random.Next(one.Length + 1)];
            var text = random.Next(3) switch
            {
                0 => cut,
                1 => cut + other[random.Next(other.Length)..],
                _ => cut + "'\"`;|&$(){}[]<>\\/%:=*?,.#@!-+\0\n\r "[random.Next(32)] + one[cut.Length..],
            };
            // An exception here would end the connection.
            _ = _inspector.Judge(Encoding.UTF8.GetBytes(text), (ValuePlace)random.Next(8));
        }
    }

    private Finding Judge(string text, ValuePlace place)
        => _inspector.Judge(Encoding.UTF8.GetBytes(place.HasFlag(ValuePlace.Escaped) ? Uri.EscapeDataString(text) : text), place);
}

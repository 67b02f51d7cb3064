using Slipway.ControlPlane.Callers;

namespace Slipway.ControlPlane.Tests;

public sealed class CallerTests
{
    [Theory]
    [InlineData("ada (1000)", null, "ada (1000)")]
    [InlineData("ada (1000)", "", "ada (1000)")]
    [InlineData("ada (1000)", "ada", "ada (1000)")]
    [InlineData("ada (1000)", "release-bot", "ada (1000) as \"release-bot\"")]
    [InlineData("token", "ci\r\nX: y\"", "token as \"ciX: y\"")]
    [InlineData("token", "\u001b[31mroot (0)", "token as \"31mroot 0\"")]
    public void What_a_caller_claims_stands_beside_what_is_known_and_cannot_pass_for_it(string known, string? claimed, string expected)
        => Assert.Equal(expected, ApiCaller.From(known, claimed).Actor);

    [Fact]
    public void A_long_claim_is_cut()
        => Assert.Equal($"token as \"{new string('a', 80)}\"", ApiCaller.From("token", new string('a', 5000)).Actor);

    [Theory]
    [InlineData("0.1.0", "0.1.7", true)]
    [InlineData("0.1.0-beta+abc", "0.1.0", true)]
    [InlineData("0.2.0", "0.1.0", false)]
    [InlineData("1.1.0", "0.1.0", false)]
    [InlineData("0.1", "0.1.0", true)]
    [InlineData("x.y", "x.y", false)]
    [InlineData("0", "0.1.0", false)]
    public void Versions_agree_in_their_first_two_numbers(string left, string right, bool same)
        => Assert.Equal(same, CallerCheck.SameMinor(left, right));
}

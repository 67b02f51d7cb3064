namespace Slipway.EndToEnd.Tests;

/// <summary>The README's five minutes and the manual, as a newcomer types them.</summary>
public sealed class TourTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(8);

    [Fact]
    public async Task Every_command_of_the_tour_does_what_the_README_says()
    {
        var readme = File.ReadAllText(Path.Combine(Installed.Root, "README.md"));
        // The first block builds and enters the folder; the test has done that.
        var tour = Tour.Of(readme[readme.IndexOf("Is the manifest right", StringComparison.Ordinal)..readme.IndexOf("## Figures", StringComparison.Ordinal)]);
        Assert.Contains(tour.Commands, command => command.StartsWith("COURIER__FAULT="));
        Assert.Contains("Rolled back", (await tour.Run(Deadline)).All);
    }

    [Theory]
    [InlineData("settings.md")]
    [InlineData("secrets.md")]
    [InlineData("drift.md")]
    public async Task Every_command_of_the_manual_does_what_its_page_says(string page)
    {
        var tour = Tour.Of(File.ReadAllText(Path.Combine(Installed.Root, "docs", "manual", page)));
        Assert.NotEmpty(tour.Commands);
        await tour.Run(Deadline);
    }
}

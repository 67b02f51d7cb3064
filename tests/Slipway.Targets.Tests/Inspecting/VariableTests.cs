using System.Text;
using Slipway.Targets.Processes.Inspecting;

namespace Slipway.Targets.Tests.Inspecting;

public sealed class VariableTests
{
    private const string Mark = "SLIPWAY_INSTANCE=api-1";

    [Fact]
    public void What_a_process_was_started_with_is_read_whole()
    {
        var read = Read($"A=1\0B=two = 2\0C=\0{Mark}\0");

        Assert.True(read.AreWhole);
        Assert.Equal(["A=1", "B=two = 2", "C=", Mark], read.Values.Select(pair => $"{pair.Key}={pair.Value}").Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Of_a_name_that_stands_twice_the_first_counts() => Assert.Equal("1", Read($"A=1\0A=2\0{Mark}\0").Values["A"]);

    [Theory]
    [InlineData("")]
    [InlineData("\0\0\0\0")]
    [InlineData("A=1\0B=2\0")]
    public void Without_its_mark_it_is_not_whole(string memory) => Assert.False(Read(memory).AreWhole);

    [Theory]
    [InlineData("worker: idle\0\0\0\0CRET=half\0B=2\0")]
    [InlineData("worker: idle\0CRET=half\0B=2\0")]
    [InlineData("\0\0\0\0=half\0lost=1\0B=2\0")]
    [InlineData("worker 1 state=idle\0CRET=half\0B=2\0")]
    public void A_title_written_over_it_takes_the_torn_entry_with_it(string memory)
    {
        var read = Read(memory + Mark + "\0");

        Assert.False(read.AreWhole);
        Assert.Equal(["B", "SLIPWAY_INSTANCE"], read.Values.Keys.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void What_is_no_text_is_not_whole()
    {
        var read = ProcessVariables.Read([.. "A="u8, 0xff, 0, .. Encoding.UTF8.GetBytes($"B=1\0C=2\0{Mark}\0")], Mark);

        Assert.False(read.AreWhole);
        Assert.Equal(["C", "SLIPWAY_INSTANCE"], read.Values.Keys.Order(StringComparer.Ordinal));
    }

    private static ProcessVariables Read(string memory) => ProcessVariables.Read(Encoding.UTF8.GetBytes(memory), Mark);
}

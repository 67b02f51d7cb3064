namespace Slipway.EndToEnd.Tests;

/// <summary>How a command ended.</summary>
/// <param name="ExitCode">Its exit code.</param>
/// <param name="Output">What it wrote to standard output.</param>
/// <param name="Error">What it wrote to standard error.</param>
internal sealed record Ran(int ExitCode, string Output, string Error)
{
    public string All => Output + Error;

    public Ran ShouldExit(int code)
    {
        Assert.True(ExitCode == code, $"Expected exit code {code}, got {ExitCode}.\n--- output\n{Output}\n--- error\n{Error}");
        return this;
    }
}

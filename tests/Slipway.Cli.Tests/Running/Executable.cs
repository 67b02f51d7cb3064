using System.Diagnostics;

namespace Slipway.Cli.Tests.Running;

/// <summary>The real executable, run as users run it.</summary>
internal static class Executable
{
    private static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(60);

    public static string Path { get; } = System.IO.Path.Combine(AppContext.BaseDirectory, OperatingSystem.IsWindows() ? "slipway.exe" : "slipway");

    public static Task<Ran> Run(string folder, params string[] arguments) => Run(folder, [], arguments);

    public static async Task<Ran> Run(string folder, (string Name, string? Value)[] variables, params string[] arguments)
    {
        using var process = Start(folder, variables, arguments);
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        process.StandardInput.Close();
        using var deadline = new CancellationTokenSource(s_deadline);
        try
        {
            await process.WaitForExitAsync(deadline.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            Assert.Fail($"slipway {string.Join(' ', arguments)} did not end in time.");
        }
        return new(process.ExitCode, await output, await error);
    }

    public static Process Start(string folder, (string Name, string? Value)[] variables, params string[] arguments)
    {
        var start = new ProcessStartInfo(Path, arguments)
        {
            UseShellExecute = false,
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment.Remove("SLIPWAY_HOME");
        start.Environment.Remove("CI");
        foreach (var (name, value) in variables)
            start.Environment[name] = value;
        return Process.Start(start)!;
    }
}

/// <summary>How it ended.</summary>
internal sealed record Ran(int ExitCode, string Output, string Error)
{
    public Ran ShouldExit(int code)
    {
        Assert.True(ExitCode == code, $"Expected exit code {code}, got {ExitCode}.\n--- output\n{Output}\n--- error\n{Error}");
        return this;
    }
}

using System.Diagnostics;
using Slipway.Cli.Connection;
using Slipway.Cli.Invoking;

namespace Slipway.Cli.Homes;

/// <summary>Starts the control plane that lies beside this command line.</summary>
internal static class ControlPlaneProcess
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const int LogLinesShown = 12;
    private static readonly TimeSpan s_startDeadline = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_poll = TimeSpan.FromMilliseconds(15);

    /// <summary>The program's path.</summary>
    public static string Program
    {
        get
        {
            var path = Path.Combine(AppContext.BaseDirectory, OperatingSystem.IsWindows() ? "slipway-control-plane.exe" : "slipway-control-plane");
            return File.Exists(path)
                ? path
                : throw new CommandFailure(ExitCodes.Outside, $"{path} is missing.", "Keep slipway, slipway-control-plane and slipway-gateway in one folder: dotnet tasks.cs build.");
        }
    }

    /// <summary>Starts it in a session of its own, unless one runs, and waits until it answers. Returns its process id; null when one ran already.</summary>
    public static async Task<int?> EnsureRunning(ControlPlaneCalls calls, IReadOnlyList<string> extraArguments, CancellationToken cancel)
    {
        if (await calls.Answers(cancel))
            return null;
        var home = calls.Home;
        CreateHome(home);
        var logStart = File.Exists(home.ControlLogPath) ? new FileInfo(home.ControlLogPath).Length : 0;
        var child = Start(home, extraArguments);
        var since = Stopwatch.GetTimestamp();
        while (!await calls.Answers(cancel))
        {
            if (child.ExitCode() is { } code)
                throw Explain(home, logStart, $"The control plane ended at its start with exit code {code}.");
            if (Stopwatch.GetElapsedTime(since) > s_startDeadline)
                throw Explain(home, logStart, $"The control plane (process {child.Id}) does not answer after {s_startDeadline.TotalSeconds:0} s.");
            await Task.Delay(s_poll, cancel);
        }
        return child.Id;
    }

    /// <summary>Runs it in the foreground, in this process's place where the system can do that; its exit code otherwise.</summary>
    public static async Task<int> RunInForeground(HomeFolder home, IReadOnlyList<string> extraArguments)
    {
        CreateHome(home);
        IReadOnlyList<string> arguments = ["--home", home.Path, .. extraArguments];
        if (!OperatingSystem.IsWindows())
            throw PosixProcess.Replace(Program, arguments);
        using var process = Process.Start(new ProcessStartInfo(Program, arguments) { UseShellExecute = false })!;
        await process.WaitForExitAsync(CancellationToken.None);
        return process.ExitCode;
    }

    /// <summary>Makes the home exist with access for its owner alone; returns its path.</summary>
    public static string CreateHome(HomeFolder home)
    {
        var path = home.Path;
        try
        {
            if (OperatingSystem.IsWindows())
                Directory.CreateDirectory(path);
            else
                Directory.CreateDirectory(path, OwnerOnly);
            return path;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new CommandFailure(ExitCodes.Outside, $"The home {path} cannot be made: {error.Message}", "Name another with --home.");
        }
    }

    private static Child Start(HomeFolder home, IReadOnlyList<string> extraArguments)
    {
        IReadOnlyList<string> arguments = ["--home", home.Path, .. extraArguments];
        if (!OperatingSystem.IsWindows())
        {
            var id = PosixProcess.StartDetached(Program, arguments, home.ControlLogPath);
            return new(id, () => OperatingSystem.IsWindows() ? null : PosixProcess.ExitCode(id));
        }
        var process = Process.Start(new ProcessStartInfo(Program, arguments) { UseShellExecute = false, CreateNoWindow = true })!;
        return new(process.Id, () => process.HasExited ? process.ExitCode : null);
    }

    private static CommandFailure Explain(HomeFolder home, long logStart, string what)
    {
        var lines = new List<string>();
        if (File.Exists(home.ControlLogPath))
        {
            using var log = new FileStream(home.ControlLogPath, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            log.Position = Math.Min(logStart, log.Length);
            using var reader = new StreamReader(log);
            while (reader.ReadLine() is { } line)
                lines.Add("  | " + line);
        }
        return new(ExitCodes.Outside, what, $"Its log is {home.ControlLogPath}; see it start with: slipway serve --home {home.Path}")
        {
            Faults = lines.Count <= LogLinesShown ? lines : lines[^LogLinesShown..],
        };
    }

    private sealed record Child(int Id, Func<int?> ExitCode);
}

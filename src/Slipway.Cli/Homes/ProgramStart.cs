using System.Diagnostics;
using System.Runtime.InteropServices;
using Slipway.Cli.Invoking;

namespace Slipway.Cli.Homes;

/// <summary>Runs a program in this process's place; where the operating system cannot do that, as a child that is waited for.</summary>
internal static class ProgramStart
{
    private const int NotExecutable = 126;
    private const int NotFound = 127;

    /// <summary>Runs it; returns only when it could not be started, or where it is a child.</summary>
    /// <param name="words">The program, by path or by name in <c>PATH</c>, and its arguments.</param>
    /// <param name="variables">Its environment.</param>
    public static int Replace(string[] words, Dictionary<string, string> variables)
    {
        if (OperatingSystem.IsWindows())
            return RunChild(words, variables);
        var (program, found) = Find(words[0], variables.GetValueOrDefault("PATH") ?? "/usr/bin:/bin");
        if (program is null)
        {
            throw found is null
                ? new CommandFailure(NotFound, $"There is no program {words[0]}.", "Check its name and the PATH.")
                : new CommandFailure(NotExecutable, $"{found} may not be run.", $"Let it be run: chmod +x {found}");
        }
        throw PosixProcess.Replace(program, words, variables);
    }

    // As execvp looks: a name with a slash is a path, another is looked for along PATH.
    private static (string? Program, string? Found) Find(string name, string path)
    {
        string? found = null;
        var folders = name.Contains('/', StringComparison.Ordinal) ? [""] : path.Split(':');
        foreach (var folder in folders)
        {
            var candidate = Path.Combine(folder, name);
            if (!File.Exists(candidate))
                continue;
            found ??= candidate;
            if (OperatingSystem.IsWindows() || (File.GetUnixFileMode(candidate) & (UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute)) != UnixFileMode.None)
                return (candidate, found);
        }
        return (null, found);
    }

    private static int RunChild(string[] words, Dictionary<string, string> variables)
    {
        var about = new ProcessStartInfo(words[0], words[1..]) { UseShellExecute = false };
        about.Environment.Clear();
        foreach (var (name, value) in variables)
            about.Environment[name] = value;
        using var ignored = PosixSignalRegistration.Create(PosixSignal.SIGINT, signal => signal.Cancel = true);
        try
        {
            using var child = Process.Start(about)!;
            child.WaitForExit();
            return child.ExitCode;
        }
        catch (System.ComponentModel.Win32Exception fault)
        {
            throw new CommandFailure(NotFound, $"{words[0]} cannot be started: {fault.Message.TrimEnd('.')}.", "Check its name and the PATH.");
        }
    }
}

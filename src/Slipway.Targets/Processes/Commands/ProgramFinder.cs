namespace Slipway.Targets.Processes.Commands;

/// <summary>Finds the file that a command's first word means.</summary>
internal static class ProgramFinder
{
    /// <summary>The executable file, absolute.</summary>
    /// <param name="program">A path, or a name to look for on the path.</param>
    /// <param name="folder">What a relative path starts from.</param>
    /// <param name="searchPath">The folders to look in, joined as in <c>PATH</c>.</param>
    /// <exception cref="CommandException">There is none.</exception>
    public static string Find(string program, string folder, string? searchPath)
    {
        if (program.Length == 0)
            throw new CommandException("The command is empty.");
        if (program.Contains('/') || (OperatingSystem.IsWindows() && program.Contains('\\')))
        {
            var path = Path.GetFullPath(program, folder);
            return Existing(path) ?? throw new CommandException(
                $"There is no program {program} in {folder}. Check the command, and that the build writes it there.");
        }
        foreach (var entry in (searchPath ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries))
        {
            if (Existing(Path.Combine(entry, program)) is { } found && IsExecutable(found))
                return Path.GetFullPath(found);
        }
        // A bare name that the build wrote is meant too, though a shell would not look there.
        return Existing(Path.Combine(folder, program)) is { } beside && IsExecutable(beside)
            ? beside
            : throw new CommandException($"There is no program {program} on the PATH. Install it, or give its path.");
    }

    private static string? Existing(string path)
    {
        if (File.Exists(path))
            return path;
        if (OperatingSystem.IsWindows())
        {
            foreach (var ending in (ReadOnlySpan<string>)[".exe", ".cmd", ".bat"])
            {
                if (File.Exists(path + ending))
                    return path + ending;
            }
        }
        return null;
    }

    private static bool IsExecutable(string path)
        => OperatingSystem.IsWindows()
            || (File.GetUnixFileMode(path) & (UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute)) != UnixFileMode.None;
}

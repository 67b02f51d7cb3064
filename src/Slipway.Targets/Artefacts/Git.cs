using System.Collections.Immutable;
using System.Diagnostics;
using System.Text;

namespace Slipway.Targets.Artefacts;

/// <summary>Asks git; a folder outside a repository, or a machine without git, gives null.</summary>
internal static class Git
{
    /// <summary>The files that git tracks or does not ignore, relative to the folder.</summary>
    public static async Task<ImmutableArray<string>?> List(string folder, CancellationToken cancellation)
    {
        var output = await Run(folder, ["ls-files", "-co", "--exclude-standard", "-z"], cancellation);
        return output is null ? null : [.. output.Split('\0', StringSplitOptions.RemoveEmptyEntries).Distinct(StringComparer.Ordinal)];
    }

    /// <summary>The commit, with <c>-dirty</c> when files below the folder differ from it; null without one.</summary>
    public static async Task<string?> Commit(string folder, CancellationToken cancellation)
    {
        var commit = (await Run(folder, ["rev-parse", "--verify", "--quiet", "HEAD"], cancellation))?.Trim();
        if (string.IsNullOrEmpty(commit))
            return null;
        var status = await Run(folder, ["status", "--porcelain", "--untracked-files=normal", "--", "."], cancellation);
        return string.IsNullOrWhiteSpace(status) ? commit : $"{commit}-dirty";
    }

    private static async Task<string?> Run(string folder, IReadOnlyList<string> arguments, CancellationToken cancellation)
    {
        var info = new ProcessStartInfo("git", arguments)
        {
            WorkingDirectory = folder,
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8,
        };
        // Asking must not take the lock that another git of the user may be waiting for.
        info.Environment["GIT_OPTIONAL_LOCKS"] = "0";
        try
        {
            using var process = Process.Start(info);
            if (process is null)
                return null;
            var errors = process.StandardError.ReadToEndAsync(cancellation);
            var output = await process.StandardOutput.ReadToEndAsync(cancellation);
            await errors;
            await process.WaitForExitAsync(cancellation);
            return process.ExitCode == 0 ? output : null;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }
}

using System.ComponentModel;
using System.Diagnostics;

namespace Slipway.Cli.SecretVerbs;

/// <summary>Asks git which files that must stay on this machine are under version control.</summary>
internal static class TrackedFiles
{
    /// <summary>One sentence for each; nothing outside a repository, or on a machine without git.</summary>
    /// <param name="folder">A folder in the repository.</param>
    /// <param name="paths">The files, absolute.</param>
    /// <param name="cancellation">Cancels.</param>
    public static async Task<IReadOnlyList<string>> Findings(string folder, IReadOnlyList<string> paths, CancellationToken cancellation)
    {
        var findings = new List<string>();
        foreach (var path in paths)
        {
            if (await Tracks(folder, path, cancellation))
                findings.Add($"{path}: The file is under version control: all who can read the repository have it. Remove it with git rm --cached, ignore it, and set anew every secret that it holds or opens.");
        }
        return findings;
    }

    private static async Task<bool> Tracks(string folder, string path, CancellationToken cancellation)
    {
        var about = new ProcessStartInfo("git", ["ls-files", "--error-unmatch", "--", path])
        {
            WorkingDirectory = folder,
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        // Asking must not take the lock that another git of the user may be waiting for.
        about.Environment["GIT_OPTIONAL_LOCKS"] = "0";
        try
        {
            using var process = Process.Start(about)!;
            var errors = process.StandardError.ReadToEndAsync(cancellation);
            await process.StandardOutput.ReadToEndAsync(cancellation);
            await errors;
            await process.WaitForExitAsync(cancellation);
            return process.ExitCode == 0;
        }
        catch (Win32Exception)
        {
            return false;
        }
    }
}

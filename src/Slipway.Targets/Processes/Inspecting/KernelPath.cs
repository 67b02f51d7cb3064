using Slipway.Targets.Processes.Spawning;

namespace Slipway.Targets.Processes.Inspecting;

/// <summary>What the kernel calls a folder: its path with every link followed.</summary>
internal static class KernelPath
{
    /// <summary>The path; as it was given where there is no such folder, or the kernel does not tell.</summary>
    public static string Of(string folder)
    {
        if (!OperatingSystem.IsLinux() || !Directory.Exists(folder))
            return folder;
        try
        {
            using var handle = Posix.OpenFolder(folder);
            return new FileInfo($"/proc/self/fd/{handle.DangerousGetHandle()}").LinkTarget ?? folder;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return folder;
        }
    }
}

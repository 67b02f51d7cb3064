using Slipway.Targets.Processes.Spawning;

namespace Slipway.Targets.Processes.Inspecting;

/// <summary>
/// What the kernel calls a folder: its path with every link followed. A home may be called otherwise by the next control plane
/// than by the one that started what runs in it.
/// </summary>
internal static class KernelPath
{
    /// <summary>Whether two paths mean the same folder.</summary>
    public static bool IsSame(string one, string other) => one == other || Of(one) == Of(other);

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

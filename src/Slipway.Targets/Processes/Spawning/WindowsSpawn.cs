using System.Diagnostics;

namespace Slipway.Targets.Processes.Spawning;

/// <summary>
/// Starts a process where there is no <c>posix_spawn</c>. What is lacking there: a process ends by being killed, not by being
/// asked; its output goes through the control plane, and is lost while that is away.
/// </summary>
internal static class WindowsSpawn
{
    /// <summary>Starts the process.</summary>
    /// <exception cref="SpawnException">The operating system refused.</exception>
    public static Process Start(SpawnRequest request)
    {
        var info = new ProcessStartInfo(request.Program, request.Arguments)
        {
            WorkingDirectory = request.Folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            CreateNoWindow = true,
            UseShellExecute = false,
        };
        info.Environment.Clear();
        foreach (var (name, value) in request.Variables)
            info.Environment[name] = value;
        try
        {
            var process = Process.Start(info) ?? throw new SpawnException($"Cannot start {request.Program}.");
            _ = Feed(process.StandardInput, request.Input);
            _ = Copy(process.StandardOutput.BaseStream, request.Output);
            _ = Copy(process.StandardError.BaseStream, request.Error);
            return process;
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw new SpawnException($"Cannot start {request.Program}: {e.Message}", e);
        }
    }

    private static async Task Feed(StreamWriter to, int? input)
    {
        await using (to)
        {
            if (input is not { } descriptor)
                return;
            await using var from = new FileStream(new Microsoft.Win32.SafeHandles.SafeFileHandle(descriptor, ownsHandle: false), FileAccess.Read);
            await from.CopyToAsync(to.BaseStream);
        }
    }

    private static async Task Copy(Stream from, SpawnOutput output)
    {
        await using Stream to = output switch
        {
            SpawnOutput.ToFile file => new FileStream(file.Path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete),
            SpawnOutput.ToDescriptor open => new FileStream(new Microsoft.Win32.SafeHandles.SafeFileHandle(open.Descriptor, ownsHandle: false), FileAccess.Write),
            _ => Stream.Null,
        };
        await from.CopyToAsync(to);
    }
}

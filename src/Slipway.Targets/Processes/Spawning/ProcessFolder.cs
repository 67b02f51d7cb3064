using System.Text;

namespace Slipway.Targets.Processes.Spawning;

/// <summary>What <c>/proc/PID</c> tells of a process besides its row (proc(5)). All of it is null for one that has gone, or that we may not ask about.</summary>
/// <param name="Pid">Its number.</param>
internal readonly record struct ProcessFolder(int Pid)
{
    private const string Deleted = " (deleted)";

    /// <summary>The file that its program was loaded from, as it is called now.</summary>
    public string? Program => Link("exe") is { } path ? path.EndsWith(Deleted, StringComparison.Ordinal) ? path[..^Deleted.Length] : path : null;

    /// <summary>A path that leads to the file of its program, even one that was deleted.</summary>
    public string ProgramPath => Of("exe");

    /// <summary>Its working folder.</summary>
    public string? WorkingFolder => Link("cwd");

    /// <summary>The environment that its program was started with, as bytes, if it is no longer than this.</summary>
    public byte[]? Variables(int bytesMax) => Bytes("environ", bytesMax);

    /// <summary>Its arguments, its own name first, as bytes that end in zeros.</summary>
    public byte[]? CommandLine => Bytes("cmdline", 2 * 1024 * 1024);

    /// <summary>Its arguments, its own name first.</summary>
    public string[]? Arguments => CommandLine is { Length: > 0 } bytes ? Encoding.UTF8.GetString(bytes).TrimEnd('\0').Split('\0') : null;

    /// <summary>The control groups that it is in, as lines of <c>hierarchy:controllers:path</c>.</summary>
    public string[] ControlGroups => Bytes("cgroup", 64 * 1024) is { } bytes ? Encoding.UTF8.GetString(bytes).Split('\n', StringSplitOptions.RemoveEmptyEntries) : [];

    /// <summary>How large a core file it may leave: <c>0</c>, a number of bytes or <c>unlimited</c>.</summary>
    public string? CoreFileMax
    {
        get
        {
            const string Name = "Max core file size";
            if (Bytes("limits", 64 * 1024) is not { } bytes)
                return null;
            foreach (var line in Encoding.UTF8.GetString(bytes).Split('\n'))
            {
                if (line.StartsWith(Name, StringComparison.Ordinal))
                    return line[Name.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries)[0];
            }
            return null;
        }
    }

    private string Of(string name) => $"/proc/{Pid}/{name}";

    private string? Link(string name)
    {
        try
        {
            return new FileInfo(Of(name)).LinkTarget;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private byte[]? Bytes(string name, int bytesMax)
    {
        if (!OperatingSystem.IsLinux())
            return null;
        try
        {
            // These files say that they are empty.
            using var file = new FileStream(Of(name), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
            using var kept = new MemoryStream();
            var buffer = new byte[16 * 1024];
            int got;
            while ((got = file.Read(buffer)) > 0)
            {
                kept.Write(buffer, 0, got);
                if (kept.Length > bytesMax)
                    return null;
            }
            return kept.ToArray();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}

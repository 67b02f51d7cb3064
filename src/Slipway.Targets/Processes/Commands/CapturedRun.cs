using System.Collections.Immutable;
using System.IO.Pipes;
using Slipway.Targets.Processes.Logs;
using Slipway.Targets.Processes.Spawning;

namespace Slipway.Targets.Processes.Commands;

/// <summary>Runs a command to its end, in a session of its own, and reads what it prints.</summary>
internal static class CapturedRun
{
    private static readonly TimeSpan s_grace = TimeSpan.FromSeconds(3);

    /// <summary>Runs it; gives its exit code.</summary>
    /// <param name="program">The executable file.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="variables">Its environment.</param>
    /// <param name="folder">Where it runs.</param>
    /// <param name="line">Told each line, standard output and error alike.</param>
    /// <param name="cancellation">Ends it and everything that it started.</param>
    /// <exception cref="SpawnException">It could not be started.</exception>
    public static async Task<int> Run(
        string program, ImmutableArray<string> arguments, IReadOnlyDictionary<string, string> variables, string folder, Action<string> line, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        using var pipe = new AnonymousPipeServerStream(PipeDirection.In, HandleInheritability.None);
        var ours = pipe.ClientSafePipeHandle;
        var output = new SpawnOutput.ToDescriptor((int)ours.DangerousGetHandle());
        var process = RunningProcess.Start(new(program, arguments, variables, folder, output, output));
        if (!OperatingSystem.IsWindows())
            pipe.DisposeLocalCopyOfClientHandle();
        var reading = Task.Factory.StartNew(() => ReadLines(pipe, line), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        var code = await process.Finish(s_grace, cancellation);
        await reading;
        return code;
    }

    private static void ReadLines(Stream stream, Action<string> line)
    {
        var splitter = new LineSplitter(text => line(text));
        var buffer = new byte[16 * 1024];
        int got;
        while ((got = stream.Read(buffer)) > 0)
            splitter.Add(buffer.AsSpan(0, got));
        splitter.End();
    }
}

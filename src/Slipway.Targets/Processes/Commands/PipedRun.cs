using System.Collections.Immutable;
using System.IO.Pipes;
using Slipway.Targets.Processes.Spawning;

namespace Slipway.Targets.Processes.Commands;

/// <summary>How a command ended.</summary>
/// <param name="ExitCode">Its exit code, or 128 plus a signal's number.</param>
/// <param name="Output">Its standard output.</param>
/// <param name="Error">The last 64 KiB of its standard error.</param>
/// <param name="IsOutputTooLong">Whether it was ended because it printed too much.</param>
internal sealed record PipedOutcome(int ExitCode, byte[] Output, byte[] Error, bool IsOutputTooLong);

/// <summary>Runs a command to its end, in a session of its own, with an input, and with its output and error apart.</summary>
internal static class PipedRun
{
    private const int ErrorBytesKept = 64 * 1024;
    private static readonly TimeSpan s_grace = TimeSpan.FromSeconds(2);

    /// <summary>Runs it.</summary>
    /// <param name="program">The executable file.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="variables">Its environment.</param>
    /// <param name="folder">Where it runs.</param>
    /// <param name="input">What it finds on standard input, which is then closed.</param>
    /// <param name="outputBytesMax">It is ended when it prints more than this.</param>
    /// <param name="cancellation">Ends it and everything that it started.</param>
    /// <exception cref="SpawnException">It could not be started.</exception>
    public static async Task<PipedOutcome> Run(
        string program, ImmutableArray<string> arguments, IReadOnlyDictionary<string, string> variables, string folder, byte[] input, int outputBytesMax, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        using var tooLong = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using var inputPipe = new AnonymousPipeServerStream(PipeDirection.Out, HandleInheritability.None);
        using var outputPipe = new AnonymousPipeServerStream(PipeDirection.In, HandleInheritability.None);
        using var errorPipe = new AnonymousPipeServerStream(PipeDirection.In, HandleInheritability.None);
        // By this variable what leaves the session is found and ended too.
        var mark = $"SLIPWAY_COMMAND={Guid.NewGuid():N}";
        var marked = new Dictionary<string, string>(variables, StringComparer.Ordinal) { ["SLIPWAY_COMMAND"] = mark[(mark.IndexOf('=', StringComparison.Ordinal) + 1)..] };
        var process = RunningProcess.Start(
            new(program, arguments, marked, folder, new SpawnOutput.ToDescriptor(Theirs(outputPipe)), new SpawnOutput.ToDescriptor(Theirs(errorPipe))) { Input = Theirs(inputPipe) }, mark);
        if (!OperatingSystem.IsWindows())
        {
            foreach (var pipe in (AnonymousPipeServerStream[])[inputPipe, outputPipe, errorPipe])
                pipe.DisposeLocalCopyOfClientHandle();
        }
        using var abandoned = new CancellationTokenSource();
        var output = new PipeReading(outputPipe, outputBytesMax, tooLong.Cancel, abandoned.Token);
        var error = new PipeReading(errorPipe, ErrorBytesKept, overflow: null, abandoned.Token);
        var writing = Task.Run(() => Write(inputPipe, input, abandoned.Token), CancellationToken.None);
        var carried = Task.WhenAll(output.Ended, error.Ended, writing);
        try
        {
            var code = await process.Finish(s_grace, tooLong.Token);
            // A stranger that was given the pipe keeps it open: what was printed is there all the same.
            await Task.WhenAny(carried, Task.Delay(s_grace, CancellationToken.None));
            return new(code, output.Bytes, error.Bytes, output.IsOverflown);
        }
        catch (OperationCanceledException) when (output.IsOverflown && !cancellation.IsCancellationRequested)
        {
            return new(-1, [], error.Bytes, IsOutputTooLong: true);
        }
        finally
        {
            await abandoned.CancelAsync();
            // On Windows what still blocks is ended by disposing the pipes.
            if (!OperatingSystem.IsWindows())
                await carried;
        }
    }

    private static int Theirs(AnonymousPipeServerStream pipe) => (int)pipe.ClientSafePipeHandle.DangerousGetHandle();

    private static void Write(AnonymousPipeServerStream pipe, byte[] input, CancellationToken abandoned)
    {
        try
        {
            for (var left = input.AsMemory(); !left.IsEmpty; left = left[Math.Min(left.Length, PipeTurn.BytesMax)..])
            {
                if (!PipeTurn.ToWrite(pipe, abandoned))
                    return;
                pipe.Write(left.Span[..Math.Min(left.Length, PipeTurn.BytesMax)]);
            }
            pipe.Dispose();
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // It ended without reading it, which is its own affair; its exit code tells.
            return;
        }
    }
}

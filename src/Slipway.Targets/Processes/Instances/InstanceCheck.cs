using Slipway.Core.Manifests;
using Slipway.Targets.Processes.Commands;
using Slipway.Targets.Processes.Health;
using Slipway.Targets.Processes.Logs;
using Slipway.Targets.Processes.Spawning;

namespace Slipway.Targets.Processes.Instances;

/// <summary>Asks the checks of an instance.</summary>
/// <param name="start">Works out how a command is run in the instance's place.</param>
/// <param name="settings">Its settings.</param>
internal sealed class InstanceCheck(InstanceStart start, InstanceSettings settings)
{
    private const int OutputBytesMax = 1024 * 1024;
    private const int LineLengthMax = 300;

    /// <summary>Asks one check once.</summary>
    public Task<ProbeAnswer> Ask(InstanceRecord record, ProbeCheck check, TimeSpan timeout, CancellationToken cancellation)
        => check switch
        {
            ProbeCheck.Http http when record.Port is { } port => ProbeClient.Get(port, http.Path, record.Service.Protocol, timeout, cancellation),
            ProbeCheck.Tcp when record.Port is { } port => ProbeClient.Connect(port, timeout, cancellation),
            ProbeCheck.Command command => Run(record, command.Line, timeout, cancellation),
            _ => Task.FromResult(new ProbeAnswer(false, "it has no port to ask. Give the service `port:`.")),
        };

    private async Task<ProbeAnswer> Run(InstanceRecord record, CommandLine line, TimeSpan timeout, CancellationToken cancellation)
    {
        var values = await settings.Get(cancellation);
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        deadline.CancelAfter(timeout);
        try
        {
            var (program, arguments, variables, folder) = start.Check(record, line, values);
            var end = await PipedRun.Run(program, arguments, variables, folder, [], OutputBytesMax, deadline.Token);
            if (end.IsOutputTooLong)
                return new(false, $"\"{line}\" printed more than {OutputBytesMax >> 20} MiB and was ended");
            var last = LastLine(end.Error) ?? LastLine(end.Output);
            return new(end.ExitCode == 0, $"\"{line}\" exited with code {end.ExitCode}" + (last is null ? "" : $": {last}"));
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return new(false, $"\"{line}\" did not end within {timeout.TotalSeconds:0.###} s");
        }
        catch (Exception e) when (e is SpawnException or CommandException)
        {
            return new(false, e.Message);
        }
    }

    private static string? LastLine(byte[] printed)
    {
        string? last = null;
        var splitter = new LineSplitter(text => last = string.IsNullOrWhiteSpace(text) ? last : text);
        splitter.Add(printed);
        splitter.End();
        return last is { Length: > LineLengthMax } ? last[..LineLengthMax] + "…" : last;
    }
}

using System.Collections.Immutable;
using Slipway.Targets.Processes.Instances;
using Slipway.Targets.Processes.Spawning;

namespace Slipway.Targets.Processes.Inspecting;

/// <summary>A process that nobody asked for.</summary>
/// <param name="Process">Which.</param>
/// <param name="Name">What it runs, for people.</param>
internal sealed record Stray(ProcessIdentity Process, string Name);

/// <summary>
/// Finds processes that run what an environment holds, or bear the mark of one of its instances, and belong to no instance.
/// Somebody who merely stands in a folder or reads a file there is left alone.
/// </summary>
/// <param name="artefacts">The folder of all artefacts, as the kernel calls it.</param>
/// <param name="instances">The folder of the environment's instances, as the kernel calls it.</param>
/// <param name="marks">The folder of the environment's instances, as their variables call it.</param>
internal sealed class StrayLook(string artefacts, string instances, string marks)
{
    private const string Mark = "SLIPWAY_WORK";
    private const int ScriptArgumentsMax = 4;

    // These are given a file to run as an argument.
    private static readonly string[] s_interpreters = ["dotnet", "node", "python", "ruby", "java", "php", "perl", "deno", "bun", "sh", "bash", "dash"];

    /// <summary>The strays of this moment; one that is seen again a second later is one.</summary>
    /// <param name="runners">Every instance that is known, of whatever environment, those ending included.</param>
    /// <param name="cancellation">Cancels.</param>
    public ImmutableArray<Stray> Take(ImmutableArray<InstanceRunner> runners, CancellationToken cancellation)
    {
        var rows = ProcessRow.ReadAll().ToDictionary(row => row.Pid);
        var known = Known(runners);
        var works = runners.SelectMany(runner => new[] { runner.Folder.Work, KernelPath.Of(runner.Folder.Work) }).ToHashSet(StringComparer.Ordinal);
        var strays = ImmutableArray.CreateBuilder<Stray>();
        foreach (var row in rows.Values)
        {
            cancellation.ThrowIfCancellationRequested();
            if (row.IsZombie || known.Contains(row.Session) || DescendsFrom(row, known, rows))
                continue;
            if (Judge(row, works) is { } name)
                strays.Add(new(new(row.Pid, row.StartTicks, ProcessIdentity.CurrentBoot), name));
        }
        return strays.ToImmutable();
    }

    private static HashSet<int> Known(ImmutableArray<InstanceRunner> runners)
    {
        HashSet<int> known = [Environment.ProcessId];
        foreach (var runner in runners)
        {
            if ((runner.Process ?? runner.Record.Process) is { } process)
                known.Add(process.Pid);
            known.UnionWith(runner.Group?.Members() ?? []);
        }
        return known;
    }

    private static bool DescendsFrom(ProcessRow row, HashSet<int> known, Dictionary<int, ProcessRow> rows)
    {
        ProcessRow? next = row;
        // A chain longer than there are processes is a ring, seen while numbers changed hands.
        for (var steps = 0; next is not null && steps <= rows.Count; steps++)
        {
            if (known.Contains(next.Pid))
                return true;
            next = rows.GetValueOrDefault(next.Parent);
        }
        return false;
    }

    /// <summary>What a process runs, if that is ours; null when it is none of our business.</summary>
    private string? Judge(ProcessRow row, HashSet<string> works)
    {
        var folder = new ProcessFolder(row.Pid);
        var program = folder.Program;
        var mark = MarkOf(folder);
        if (mark is not null && (works.Contains(mark) || works.Contains(KernelPath.Of(mark))))
            return null;
        if (mark?.StartsWith($"{marks}/", StringComparison.Ordinal) == true || IsOurs(program))
            return Path.GetFileName(program ?? "unknown");
        if (folder.Arguments is not { Length: > 0 } arguments)
            return null;
        if (IsOurs(arguments[0]))
            return Path.GetFileName(arguments[0]);
        return row.HasTerminal || program is null || !IsInterpreter(program) ? null : Script(folder, arguments);
    }

    private static bool IsInterpreter(string program)
        => Path.GetFileName(program) is var name && s_interpreters.Any(interpreter => name == interpreter || (name.StartsWith(interpreter, StringComparison.Ordinal) && !name.AsSpan(interpreter.Length).ContainsAnyExcept("0123456789.")));

    /// <summary>The file of ours that an interpreter was given to run; null when there is none.</summary>
    private string? Script(ProcessFolder folder, string[] arguments)
    {
        if (folder.WorkingFolder is not { } stands)
            return null;
        foreach (var argument in arguments.Skip(1).Take(ScriptArgumentsMax).Where(argument => argument.Length > 0 && argument[0] != '-'))
        {
            var path = Path.GetFullPath(argument, stands);
            if (IsOurs(path) && File.Exists(path))
                return $"{Path.GetFileName(arguments[0])} {Path.GetFileName(path)}";
        }
        return null;
    }

    private bool IsOurs(string? path)
        => path is not null && (path.StartsWith($"{artefacts}/", StringComparison.Ordinal) || path.StartsWith($"{instances}/", StringComparison.Ordinal));

    private static string? MarkOf(ProcessFolder folder)
        => folder.Variables(ProcessVariables.BytesMax) is { } memory
            && ProcessVariables.Read(memory, "").Values.TryGetValue(Mark, out var work) ? work : null;
}

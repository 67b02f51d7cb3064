using System.CommandLine;
using System.Net.Sockets;
using System.Text.Json;
using Slipway.Cli.Connection;
using Slipway.Cli.Output;
using Slipway.Core.Api;
using Slipway.Core.Settings;

namespace Slipway.Cli.Invoking;

/// <summary>Parses the command line, runs the verb, and turns every end into an exit code and an explanation.</summary>
internal static class VerbRun
{
    /// <summary>Runs it.</summary>
    public static int Run(string[] args)
    {
        var verb = args.Length > 0 && Array.IndexOf(VerbTable.Names, args[0]) >= 0 ? args[0] : null;
        var root = VerbTable.Root(verb);
        var parsed = root.Parse(args.Length == 0 ? ["--help"] : args, new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (parsed.Errors.Count > 0 && parsed.Action is not System.CommandLine.Help.HelpAction and not Examples.Action)
            return Refuse(parsed, args);
        var settings = new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null };
        using var interruption = new Interruption();
        return Guard(cancel => parsed.InvokeAsync(settings, cancel), interruption.Token, json: Array.IndexOf(args, "--json") >= 0);
    }

    /// <summary>Runs what a verb does, and turns every end into an exit code and an explanation.</summary>
    public static int Guard(Func<CancellationToken, Task<int>> verb, CancellationToken interrupted, bool json = false)
    {
        try
        {
            return verb(interrupted).GetAwaiter().GetResult();
        }
        catch (OperationCanceledException) when (interrupted.IsCancellationRequested)
        {
            StandardStreams.ErrorLine("slipway: interrupted.");
            return ExitCodes.Outside;
        }
        catch (OutputClosedException)
        {
            return ExitCodes.Outside;
        }
        catch (Exception error) when (Explain(error) is { } failure)
        {
            Print(failure, json);
            return failure.ExitCode;
        }
    }

    /// <summary>The failure that an exception of the outside world means; null for a bug.</summary>
    public static CommandFailure? Explain(Exception error) => error switch
    {
        CommandFailure failure => failure,
        ControlPlaneUnreachableException => new(ExitCodes.Outside, error.Message, "Start one with: slipway serve (or slipway up, for local development)."),
        TornAnswerException or SocketException => new(ExitCodes.Outside, $"The connection to the control plane was lost: {error.Message.TrimEnd('.')}.", "What it was asked to do may still happen; ask with: slipway status."),
        SecretMissingException missing => new(ExitCodes.No, missing.Message, "slipway secrets list shows which there are."),
        SecretStoreException fault => new(ExitCodes.Outside, fault.Message, fault.Remedy),
        IOException or UnauthorizedAccessException => new(ExitCodes.Outside, error.Message, "Check the file's path, owner and free space."),
        _ => null,
    };

    private static void Print(CommandFailure failure, bool json)
    {
        if (json)
            StandardStreams.Line(JsonSerializer.SerializeToUtf8Bytes(failure.ToProblem(), ApiJson.Default.Problem));
        foreach (var fault in failure.Faults)
            StandardStreams.ErrorLine(fault);
        var code = failure.Code is null ? "" : $" {failure.Code}";
        StandardStreams.ErrorLine($"slipway: error{code}: {failure.Message} {failure.Remedy}");
    }

    private static int Refuse(ParseResult parsed, string[] args)
    {
        var isVerb = parsed.CommandResult.Command is not RootCommand;
        if (!isVerb && !args[0].StartsWith('-'))
        {
            var near = Nearest(args[0]) is { } nearest ? $"Did you mean: slipway {nearest}?" : "See: slipway --help";
            StandardStreams.ErrorLine($"slipway: error: There is no verb '{args[0]}'. {near}");
            return ExitCodes.Usage;
        }
        foreach (var error in parsed.Errors)
            StandardStreams.ErrorLine($"slipway: error: {error.Message}");
        StandardStreams.ErrorLine($"See: slipway {(isVerb ? args[0] + " " : "")}--help");
        return ExitCodes.Usage;
    }

    /// <summary>The verb that starts alike or differs in at most two letters.</summary>
    public static string? Nearest(string word)
        => VerbTable.Names
            .Select(name => (name, distance: name.StartsWith(word, StringComparison.Ordinal) ? 0 : Distance(name, word)))
            .Where(pair => pair.distance <= 2)
            .OrderBy(pair => pair.distance)
            .Select(pair => pair.name)
            .FirstOrDefault();

    private static int Distance(string a, string b)
    {
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var above = row[j];
                row[j] = Math.Min(Math.Min(above, row[j - 1]) + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1));
                diagonal = above;
            }
        }
        return row[^1];
    }
}

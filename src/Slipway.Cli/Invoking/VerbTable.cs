using System.CommandLine;
using Slipway.Cli.Verbs;

namespace Slipway.Cli.Invoking;

/// <summary>Every verb by name. Only the one that is asked for is made: making all of them costs a start-up 30 ms.</summary>
internal static class VerbTable
{
    /// <summary>The names, in the order of the help.</summary>
    public static readonly string[] Names =
    [
        "check", "env", "run", "secrets", "render", "up", "down", "reset", "serve", "deploy", "promote", "approve", "pause", "resume", "abort",
        "rollback", "drift", "status", "history", "show", "logs", "events", "audit", "gateway", "load", "demo", "completion",
    ];

    /// <summary>Makes a verb's command; null when there is no such verb.</summary>
    public static Command? Make(string name) => name switch
    {
        "check" => CheckVerb.Make(),
        "env" => EnvVerb.Make(),
        "run" => RunVerb.Make(),
        "secrets" => SecretsVerb.Make(),
        "render" => RenderVerb.Make(),
        "up" => UpVerb.Make(),
        "down" => DownVerb.Make(),
        "reset" => ResetVerb.Make(),
        "serve" => ServeVerb.Make(),
        "deploy" => DeployVerb.Make(),
        "promote" => PromoteVerb.Make(),
        "approve" => ApproveVerb.Make(),
        "pause" => PauseVerb.Make(),
        "resume" => ResumeVerb.Make(),
        "abort" => AbortVerb.Make(),
        "rollback" => RollbackVerb.Make(),
        "drift" => DriftVerb.Make(),
        "status" => StatusVerb.Make(),
        "history" => HistoryVerb.Make(),
        "show" => ShowVerb.Make(),
        "logs" => LogsVerb.Make(),
        "events" => EventsVerb.Make(),
        "audit" => AuditVerb.Make(),
        "gateway" => GatewayVerb.Make(),
        "load" => LoadVerb.Make(),
        "demo" => DemoVerb.Make(),
        "completion" => CompletionVerb.Make(),
        _ => null,
    };

    /// <summary>The tree of commands: with the verb asked for alone, or whole.</summary>
    public static RootCommand Root(string? verb)
    {
        var root = new RootCommand("Takes an application of several services from one manifest to releases that watch and undo themselves.");
        root.Options.Clear();
        if (verb is not null && Make(verb) is { } command)
        {
            root.Subcommands.Add(command);
            return root;
        }
        foreach (var name in Names)
            root.Subcommands.Add(Make(name)!);
        root.Options.Add(new Option<bool>("--version") { Description = "Print the version." });
        Examples.Add(
            root,
            "0 done; 1 the answer is no; 2 wrong usage or manifest; 3 something outside failed.",
            "slipway demo                 see a good release promoted and a bad one undone",
            "slipway up                   run the application here, with hot reload",
            "slipway deploy production    release what this folder holds",
            "slipway VERB --help          a verb's options and examples");
        return root;
    }
}

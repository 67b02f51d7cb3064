using System.CommandLine;
using Slipway.Cli.Invoking;

namespace Slipway.Cli.Completion;

/// <summary>A verb as a shell completes it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Description">What it does.</param>
/// <param name="Words">What may follow it: the verbs below it, its options, the choices of its argument.</param>
internal sealed record CompletedVerb(string Name, string Description, IReadOnlyList<string> Words)
{
    /// <summary>Every verb, in the order of the help.</summary>
    public static IReadOnlyList<CompletedVerb> All()
        => [.. VerbTable.Names.Select(name => name == "completion"
            ? new CompletedVerb(name, "Print a completion script.", ["bash", "zsh", "fish", "pwsh", "--help"])
            : Of(VerbTable.Make(name)!))];

    private static CompletedVerb Of(Command command)
    {
        var words = command.Subcommands.Select(below => below.Name)
            .Concat(command.Options.Select(option => option.Name))
            .Concat(command.Subcommands.SelectMany(below => below.Options).Select(option => option.Name))
            .Distinct();
        return new(command.Name, command.Description ?? "", [.. words]);
    }
}

using System.CommandLine;
using Slipway.Cli.Completion;
using Slipway.Cli.Invoking;
using Slipway.Cli.Output;

namespace Slipway.Cli.Verbs;

/// <summary><c>slipway completion</c>: scripts that complete the command line in a shell.</summary>
internal static class CompletionVerb
{
    /// <summary>The verb's command.</summary>
    public static Command Make()
    {
        var command = new Command("completion", "Print a script that completes slipway's command line in a shell.");
        var shell = new Argument<string>("SHELL") { Description = "bash, zsh, fish or pwsh." };
        shell.AcceptOnlyFromAmong("bash", "zsh", "fish", "pwsh");
        command.Arguments.Add(shell);
        Examples.Add(command, "0 printed; 2 no such shell.",
            "source <(slipway completion bash)",
            "slipway completion zsh > ~/.zfunc/_slipway",
            "slipway completion fish > ~/.config/fish/completions/slipway.fish",
            "slipway completion pwsh | Out-String | Invoke-Expression");
        command.SetAction(result =>
        {
            var verbs = CompletedVerb.All();
            StandardStreams.Text(result.GetValue(shell) switch
            {
                "zsh" => CompletionScripts.Zsh(verbs),
                "fish" => CompletionScripts.Fish(verbs),
                "pwsh" => CompletionScripts.PowerShell(verbs),
                _ => CompletionScripts.Bash(verbs),
            });
            return ExitCodes.Done;
        });
        return command;
    }
}

using System.Text;

namespace Slipway.Cli.Completion;

/// <summary>Completion scripts. They start nothing: all words stand in the script.</summary>
internal static class CompletionScripts
{
    /// <summary>For bash.</summary>
    public static string Bash(IReadOnlyList<CompletedVerb> verbs)
    {
        var script = new StringBuilder("""
            # Completes slipway in bash. Load it with: source <(slipway completion bash)
            _slipway() {
                local current="${COMP_WORDS[COMP_CWORD]}" previous="${COMP_WORDS[COMP_CWORD-1]}" words
                case "$previous" in
                    -f|--file|--home|--app) COMPREPLY=($(compgen -f -- "$current")); return ;;
                esac
                if [ "$COMP_CWORD" -eq 1 ]; then

            """);
        script.Append("        words=\"").Append(Names(verbs)).Append(" --help --version\"\n    else\n        case \"${COMP_WORDS[1]}\" in\n");
        foreach (var verb in verbs)
            script.Append("            ").Append(verb.Name).Append(") words=\"").AppendJoin(' ', verb.Words).Append("\" ;;\n");
        script.Append("            *) words=\"\" ;;\n        esac\n    fi\n    COMPREPLY=($(compgen -W \"$words\" -- \"$current\"))\n}\ncomplete -F _slipway slipway\n");
        return script.ToString();
    }

    /// <summary>For zsh.</summary>
    public static string Zsh(IReadOnlyList<CompletedVerb> verbs)
    {
        var script = new StringBuilder("#compdef slipway\n# Completes slipway in zsh. Put it as _slipway into a folder of $fpath.\n_slipway() {\n    local -a verbs\n    verbs=(\n");
        foreach (var verb in verbs)
            script.Append("        '").Append(verb.Name).Append(':').Append(Quoted(verb.Description)).Append("'\n");
        script.Append("    )\n    if (( CURRENT == 2 )); then\n        _describe 'verb' verbs\n        return\n    fi\n    case \"$words[CURRENT-1]\" in\n        -f|--file|--home|--app) _files; return ;;\n    esac\n    case \"${(Q)words[2]}\" in\n");
        foreach (var verb in verbs)
            script.Append("        ").Append(verb.Name).Append(") compadd -- ").AppendJoin(' ', verb.Words).Append(" ;;\n");
        return script.Append("    esac\n}\n_slipway \"$@\"\n").ToString();
    }

    /// <summary>For fish.</summary>
    public static string Fish(IReadOnlyList<CompletedVerb> verbs)
    {
        var script = new StringBuilder("# Completes slipway in fish.\ncomplete -c slipway -f\n");
        foreach (var verb in verbs)
            script.Append("complete -c slipway -n __fish_use_subcommand -a ").Append(verb.Name).Append(" -d '").Append(Quoted(verb.Description)).Append("'\n");
        foreach (var verb in verbs)
        {
            foreach (var word in verb.Words)
            {
                script.Append("complete -c slipway -n '__fish_seen_subcommand_from ").Append(verb.Name).Append("' ");
                script.Append(word.StartsWith("--", StringComparison.Ordinal) ? $"-l {word[2..]}" : $"-a {word}");
                script.Append(word is "--file" or "--home" or "--app" ? " -r -F\n" : "\n");
            }
        }
        return script.ToString();
    }

    /// <summary>For PowerShell.</summary>
    public static string PowerShell(IReadOnlyList<CompletedVerb> verbs)
    {
        var script = new StringBuilder("# Completes slipway in PowerShell. Load it with: slipway completion pwsh | Out-String | Invoke-Expression\nRegister-ArgumentCompleter -Native -CommandName slipway -ScriptBlock {\n    param($wordToComplete, $commandAst, $cursorPosition)\n    $words = @{\n");
        foreach (var verb in verbs)
            script.Append("        '").Append(verb.Name).Append("' = @('").AppendJoin("', '", verb.Words).Append("')\n");
        script.Append("    }\n    $verbs = @('").AppendJoin("', '", verbs.Select(verb => verb.Name)).Append("')\n");
        script.Append("""
                $typed = @($commandAst.CommandElements | ForEach-Object { $_.ToString() })
                $place = if ($wordToComplete) { $typed.Count - 1 } else { $typed.Count }
                $choices = if ($place -le 1) { $verbs } else { $words[$typed[1]] }
                $choices | Where-Object { $_ -like "$wordToComplete*" } | ForEach-Object {
                    [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_)
                }
            }

            """);
        return script.ToString();
    }

    private static string Names(IReadOnlyList<CompletedVerb> verbs) => string.Join(' ', verbs.Select(verb => verb.Name));

    private static string Quoted(string text) => text.Replace("'", "").Replace(":", ",");
}

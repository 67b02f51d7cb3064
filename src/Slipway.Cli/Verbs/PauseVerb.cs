using System.CommandLine;

namespace Slipway.Cli.Verbs;

/// <summary><c>slipway pause</c>: keeps a rollout at its present share.</summary>
internal static class PauseVerb
{
    /// <summary>The verb's command.</summary>
    public static Command Make() => Steering.Make("pause", "Keep the rollout under way at its present share; the gates go on watching.", "slipway pause -e staging --reason 'looking into a log line'");
}

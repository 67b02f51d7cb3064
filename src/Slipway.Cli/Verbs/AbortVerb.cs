using System.CommandLine;

namespace Slipway.Cli.Verbs;

/// <summary><c>slipway abort</c>: undoes a rollout.</summary>
internal static class AbortVerb
{
    /// <summary>The verb's command.</summary>
    public static Command Make() => Steering.Make("abort", "Undo the rollout under way: all traffic back to the release before.", "slipway abort production --reason 'wrong feature flag'");
}

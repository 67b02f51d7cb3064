using System.CommandLine;

namespace Slipway.Cli.Verbs;

/// <summary><c>slipway promote</c>: gives a rollout all traffic at once.</summary>
internal static class PromoteVerb
{
    /// <summary>The verb's command.</summary>
    public static Command Make() => Steering.Make("promote", "Give the rollout under way all traffic now, without the steps left.", "slipway promote production --reason 'checked by hand'");
}
